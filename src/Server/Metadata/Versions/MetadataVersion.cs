namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>A numbered state of the metadata that other servers import.</summary>
internal sealed record MetadataVersion
{
    /// <summary>UID, given by the server that made it.</summary>
    public required string Uid { get; init; }

    /// <summary>Name, such as <c>Version_1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What an error in one object means for the others when it is imported.</summary>
    public required MetadataVersionType Type { get; init; }

    /// <summary>When it was made, by the clock of the server that made it; to the millisecond.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was imported; null when it was made here.</summary>
    public DateTimeOffset? Imported { get; init; }

    /// <summary>MD5 of its snapshot's text, as 32 hexadecimal digits.</summary>
    public required string HashCode { get; init; }
}

/// <summary>What an error in one object of a version means for the others.</summary>
internal enum MetadataVersionType
{
    /// <summary>They are imported.</summary>
    BestEffort,

    /// <summary>Nothing is imported.</summary>
    Atomic,
}
