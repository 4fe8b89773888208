namespace Dhis2Grpc.Server.Security;

/// <summary>Who may log in at first, and where.</summary>
internal sealed class SecurityOptions
{
    /// <summary>Password that everybody knows, good for loopback only.</summary>
    public const string DefaultAdminPassword = "district";

    /// <summary>Password of the user <c>admin</c>, who is made at the first start. A later start with another value
    /// sets it in place of the default one; a password changed otherwise stays. Default <c>district</c>, with which
    /// the server listens on loopback addresses only.</summary>
    public string AdminPassword { get; set; } = DefaultAdminPassword;
}
