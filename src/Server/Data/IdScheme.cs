using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Data;

/// <summary>The property by which a document names objects.</summary>
internal enum IdScheme
{
    /// <summary>The UID.</summary>
    Uid,

    /// <summary>The code.</summary>
    Code,

    /// <summary>The name.</summary>
    Name,
}

/// <summary>DHIS2's names of schemes.</summary>
internal static class IdSchemeNames
{
    /// <summary>The scheme of the name; null when it is empty.</summary>
    /// <exception cref="Dhis2Exception">There is no such scheme.</exception>
    public static IdScheme? Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        null or "" => null,
        "UID" or "ID" => IdScheme.Uid,
        "CODE" => IdScheme.Code,
        "NAME" => IdScheme.Name,
        _ => throw new Dhis2Exception(ErrorKind.InvalidArgument, $"Unknown id scheme `{name}`. It is one of UID, CODE, NAME."),
    };

    /// <summary>Column that holds the property.</summary>
    public static string Column(this IdScheme? scheme) => scheme switch
    {
        IdScheme.Code => "code",
        IdScheme.Name => "name",
        _ => "uid",
    };
}
