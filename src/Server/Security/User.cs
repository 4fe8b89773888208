namespace Dhis2Grpc.Server.Security;

/// <summary>Who may log in.</summary>
internal sealed record User
{
    /// <summary>UID.</summary>
    public required string Uid { get; init; }

    /// <summary>Login name, unique without regard to case.</summary>
    public required string Username { get; init; }

    /// <summary>First name.</summary>
    public required string FirstName { get; init; }

    /// <summary>Surname.</summary>
    public required string Surname { get; init; }

    /// <summary>E-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>Salted hash of the password.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>Authorities such as ALL or F_SCHEDULING_ADMIN.</summary>
    public IReadOnlySet<string> Authorities { get; init; } = new HashSet<string>();

    /// <summary>May not log in.</summary>
    public bool Disabled { get; init; }

    /// <summary>Creation time.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Time of the last change.</summary>
    public required DateTimeOffset LastUpdated { get; init; }

    /// <summary>Whether the user holds the authority, or all of them.</summary>
    public bool Has(string authority) => Authorities.Contains("ALL") || Authorities.Contains(authority);
}
