using System.Globalization;
using Dhis2.Common.V1;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>What became of the rows of a page.</summary>
/// <param name="rows">How many it has.</param>
internal sealed class PageOutcome(int rows)
{
    /// <summary>How many it has.</summary>
    public int Rows { get; } = rows;

    /// <summary>Refused rows, by their position in the page.</summary>
    public Dictionary<int, Refusal> Refused { get; } = [];

    /// <summary>What the receiver counted.</summary>
    public ImportCount Count { get; } = new();

    /// <summary>Adds what a summary counted.</summary>
    public void Add(ReceivedSummary summary)
    {
        if (summary.StoredNothing)
            return;
        Count.Imported += summary.Count.Imported;
        Count.Updated += summary.Count.Updated;
        Count.Deleted += summary.Count.Deleted;
        Count.Ignored += summary.Count.Ignored;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Rows} sent, {Refused.Count} rejected; imported {Count.Imported}, updated {Count.Updated}, deleted {Count.Deleted}, ignored {Count.Ignored}");
}
