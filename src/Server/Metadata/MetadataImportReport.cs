using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>The outcome of a metadata import.</summary>
/// <param name="Status">Whether there were errors, and whether something was stored in spite of them.</param>
/// <param name="Stats">Counts of the whole document.</param>
/// <param name="Types">One report a type, in import order.</param>
internal sealed record MetadataImportReport(ImportStatus Status, ImportStats Stats, IReadOnlyList<ImportTypeReport> Types);

/// <summary>Outcome in a word.</summary>
internal enum ImportStatus
{
    /// <summary>No errors.</summary>
    Ok,

    /// <summary>Errors, and what had none was stored.</summary>
    Warning,

    /// <summary>Errors, and nothing was stored.</summary>
    Error,
}

/// <summary>Counts of objects.</summary>
internal readonly record struct ImportStats(int Created, int Updated, int Deleted, int Ignored)
{
    /// <summary>All of them.</summary>
    public int Total => Created + Updated + Deleted + Ignored;

    public static ImportStats operator +(ImportStats a, ImportStats b) =>
        new(a.Created + b.Created, a.Updated + b.Updated, a.Deleted + b.Deleted, a.Ignored + b.Ignored);
}

/// <summary>Outcome of one type.</summary>
/// <param name="Class">Java class as DHIS2 names it.</param>
/// <param name="Stats">Counts.</param>
/// <param name="Objects">Objects that have something to report, in document order.</param>
internal sealed record ImportTypeReport(string Class, ImportStats Stats, IReadOnlyList<ImportObjectReport> Objects);

/// <summary>Outcome of one object.</summary>
/// <param name="Class">Java class as DHIS2 names it.</param>
/// <param name="Index">Position in its collection, from 0.</param>
/// <param name="Uid">UID, the given one even when malformed.</param>
/// <param name="Errors">Problems; none in a full report of an object that has none.</param>
internal sealed record ImportObjectReport(string Class, int Index, string Uid, IReadOnlyList<ErrorReport> Errors);
