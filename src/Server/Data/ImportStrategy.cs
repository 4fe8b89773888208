using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Data;

/// <summary>Which values an import writes.</summary>
[Flags]
internal enum ImportStrategy
{
    /// <summary>Only values that are not there yet.</summary>
    Create = 1,

    /// <summary>Only values that are there.</summary>
    Update = 2,

    /// <summary>Both.</summary>
    CreateAndUpdate = Create | Update,

    /// <summary>Marks the values that are there as deleted.</summary>
    Delete = 4,
}

/// <summary>DHIS2's names of strategies, old ones included.</summary>
internal static class ImportStrategies
{
    /// <summary>The strategy of the name; the default when it is empty.</summary>
    /// <exception cref="Dhis2Exception">There is no such name.</exception>
    public static ImportStrategy Parse(string? name) => name?.Trim().ToUpperInvariant() switch
    {
        null or "" or "CREATE_AND_UPDATE" or "NEW_AND_UPDATES" or "SYNC" => ImportStrategy.CreateAndUpdate,
        "CREATE" or "NEW" => ImportStrategy.Create,
        "UPDATE" or "UPDATES" => ImportStrategy.Update,
        "DELETE" or "DELETES" => ImportStrategy.Delete,
        _ => throw new Dhis2Exception(ErrorKind.InvalidArgument,
            $"Unknown import strategy `{name}`. It is one of CREATE_AND_UPDATE, CREATE, UPDATE, DELETE."),
    };

    /// <summary>DHIS2's name.</summary>
    public static string Name(this ImportStrategy strategy) => strategy switch
    {
        ImportStrategy.Create => "CREATE",
        ImportStrategy.Update => "UPDATE",
        ImportStrategy.Delete => "DELETE",
        _ => "CREATE_AND_UPDATE",
    };
}
