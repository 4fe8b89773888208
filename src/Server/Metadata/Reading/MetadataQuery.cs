using Dhis2Grpc.Server.Queries;

namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>Which objects of a type are asked for, and in which order.</summary>
internal sealed record MetadataQuery
{
    /// <summary>Conditions on properties.</summary>
    public IReadOnlyList<ListFilter> Filters { get; init; } = [];

    /// <summary>One condition that holds is enough.</summary>
    public bool Any { get; init; }

    /// <summary>Order; name without regard to case, and UID, decide last.</summary>
    public IReadOnlyList<ListOrder> Orders { get; init; } = [];

    /// <summary>UID or code, or a part of the name; null: all.</summary>
    public string? Search { get; init; }

    /// <summary>Zone of dates without one.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;
}

/// <summary>An object as it is stored.</summary>
/// <param name="Collection">Its type's collection, such as <c>dataElements</c>.</param>
/// <param name="Uid">UID.</param>
/// <param name="Created">Creation time in UTC.</param>
/// <param name="LastUpdated">Time of the last change in UTC.</param>
/// <param name="Json">The object.</param>
internal sealed record StoredObject(string Collection, string Uid, DateTime Created, DateTime LastUpdated, string Json);
