using System.Globalization;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A document of ended runs, and what its id tells of them: the first and last run id, and when the first of
/// them to end did. The list of packs is in memory, their runs are read when asked for.</summary>
internal sealed record RunPack(string FirstRunId, string LastRunId, long OldestEnd)
{
    /// <summary>Collection of the packs.</summary>
    public const string Collection = "runHistory";

    /// <summary>Runs in a full pack.</summary>
    public const int MaxRuns = 256;

    /// <summary>Bytes in a full pack, about.</summary>
    public const int MaxBytes = 1024 * 1024;

    // Sorts before everything that a run id may contain.
    private const char Separator = '\u0001';

    /// <summary>The document's id.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{LastRunId}{Separator}{FirstRunId}{Separator}{OldestEnd:x16}");

    /// <summary>Reads an id.</summary>
    public static RunPack Parse(string id)
    {
        var parts = id.Split(Separator);
        return parts.Length == 3
            ? new(parts[1], parts[0], long.Parse(parts[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
            : throw new InvalidDataException("a pack of runs has a malformed id");
    }

    /// <summary>When a run counts as ended; a skipped one does when it is recorded.</summary>
    public static long EndOf(StoredRun run) => (run.Finished ?? run.Claim.Started).UtcTicks;

    /// <summary>Whether the run may be in it.</summary>
    public bool MayHold(string runId) =>
        string.CompareOrdinal(FirstRunId, runId) <= 0 && string.CompareOrdinal(runId, LastRunId) <= 0;
}
