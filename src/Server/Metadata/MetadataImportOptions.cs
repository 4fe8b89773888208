using Dhis2Grpc.Server.Metadata.Import;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>How to import a metadata document.</summary>
internal sealed record MetadataImportOptions
{
    /// <summary>Which objects to write. Default: new and existing ones.</summary>
    public ImportStrategy Strategy { get; init; } = ImportStrategy.CreateAndUpdate;

    /// <summary>What an error in one object means for the others. Default: nothing is stored.</summary>
    public AtomicMode Atomic { get; init; } = AtomicMode.All;

    /// <summary>Write, or only check. Default: write.</summary>
    public ImportMode Mode { get; init; } = ImportMode.Commit;

    /// <summary>What objects and references are matched by. Default: UID; a reference without one is matched by code.</summary>
    public ImportIdentifier Identifier { get; init; } = ImportIdentifier.Uid;

    /// <summary>Which objects the report lists. Default: those with errors.</summary>
    public ImportReportMode ReportMode { get; init; } = ImportReportMode.Errors;

    /// <summary>Leave sharing as it is: of what exists it stays, what is new has none. Default: false.</summary>
    public bool SkipSharing { get; init; }

    /// <summary>Leave translations as they are, in the same way. Default: false.</summary>
    public bool SkipTranslation { get; init; }

    /// <summary>Deepest nesting of the document. Default: 256.</summary>
    public int MaxDepth { get; init; } = DocumentReader.MaxDepth;

    /// <summary>Collections that are passed over, such as <c>users</c>. Default: none.</summary>
    public IReadOnlySet<string> SkipTypes { get; init; } = new HashSet<string>();
}

/// <summary>Which objects an import writes.</summary>
internal enum ImportStrategy
{
    /// <summary>New and existing ones.</summary>
    CreateAndUpdate,

    /// <summary>New ones; an existing one is an error.</summary>
    Create,

    /// <summary>Existing ones; a new one is an error.</summary>
    Update,

    /// <summary>Deletes the objects of the document.</summary>
    Delete,
}

/// <summary>What an error in one object means for the others.</summary>
internal enum AtomicMode
{
    /// <summary>Nothing is stored.</summary>
    All,

    /// <summary>The others are stored; a reference that leads nowhere is left out.</summary>
    None,
}

/// <summary>Write, or only check.</summary>
internal enum ImportMode
{
    /// <summary>Store.</summary>
    Commit,

    /// <summary>Check and report.</summary>
    Validate,
}

/// <summary>What objects are matched by.</summary>
internal enum ImportIdentifier
{
    /// <summary>UID.</summary>
    Uid,

    /// <summary>Code.</summary>
    Code,
}

/// <summary>Which objects a report lists.</summary>
internal enum ImportReportMode
{
    /// <summary>Those with errors.</summary>
    Errors,

    /// <summary>All.</summary>
    Full,
}
