namespace Dhis2Grpc.Server.Security;

/// <summary>Why a request was answered with 401, as a request feature for whoever writes the body.</summary>
/// <param name="Message">DHIS2's text.</param>
internal sealed record AuthenticationFailure(string Message)
{
    /// <summary>No, or wrong, credentials.</summary>
    public const string Unauthorized = "Unauthorized";

    /// <summary>Too many wrong passwords lately.</summary>
    public const string Locked = "Account locked";

    /// <summary>The right password of a user who may not log in.</summary>
    public const string Disabled = "Account disabled";
}
