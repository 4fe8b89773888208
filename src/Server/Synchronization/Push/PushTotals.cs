using System.Globalization;
using Dhis2.Common.V1;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>What a push has come to so far.</summary>
internal sealed class PushTotals
{
    private const int MaxReasons = 1000;

    private readonly ImportCount _count = new();
    private readonly HashSet<Refusal> _reasons = [];

    /// <summary>Pages that are accounted for.</summary>
    public int Pages { get; private set; }

    /// <summary>Pages that are not.</summary>
    public int FailedPages { get; private set; }

    /// <summary>Rows that are accounted for.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows of them that were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Why rows were refused, each reason once; not more than a summary can bear.</summary>
    public IReadOnlyCollection<Refusal> Reasons => _reasons;

    /// <summary>The last failure of a page.</summary>
    public PushFailedException? Failure { get; private set; }

    /// <summary>Adds a page that is accounted for.</summary>
    public void Add(PageOutcome outcome)
    {
        Pages++;
        Rows += outcome.Rows;
        Refused += outcome.Refused.Count;
        _count.Imported += outcome.Count.Imported;
        _count.Updated += outcome.Count.Updated;
        _count.Deleted += outcome.Count.Deleted;
        _count.Ignored += outcome.Count.Ignored;
        foreach (var reason in outcome.Refused.Values)
        {
            if (_reasons.Count < MaxReasons)
                _reasons.Add(reason);
        }
    }

    /// <summary>Adds a page that failed.</summary>
    public void Add(PushFailedException failure)
    {
        FailedPages++;
        Failure = failure;
    }

    /// <summary>The push as one import summary, as DHIS2 answers it.</summary>
    public ImportSummary ToSummary(PushKind kind)
    {
        var summary = new ImportSummary
        {
            Status = Refused > 0 ? "WARNING" : "SUCCESS",
            Description = Pages == 0 ? $"No new or updated {kind.Plural} to push." : "Import process completed successfully",
            ImportCount = _count,
        };
        foreach (var reason in _reasons)
        {
            var conflict = new ImportConflict { Value = reason.Message };
            if (reason.Code is not null)
                conflict.ErrorCode = reason.Code;
            summary.Conflicts.Add(conflict);
        }
        return summary;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Rows} sent in {Pages} pages, {Refused} rejected");
}
