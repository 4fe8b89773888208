using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Json;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>What is shown of a run: a small copy that can be painted again and again while the run goes on.</summary>
/// <param name="Title">Name and type of the job.</param>
/// <param name="State">State in words.</param>
/// <param name="Status">State as a symbol.</param>
/// <param name="Started">Start.</param>
/// <param name="Completed">End; null while running.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Processes">The processes.</param>
internal sealed record RunView(
    string Title,
    string State,
    ProgressStatus Status,
    DateTimeOffset? Started,
    DateTimeOffset? Completed,
    string? Error,
    IReadOnlyList<ProcessView> Processes)
{
    /// <summary>Looks at a run.</summary>
    public static RunView Of(JobRun run) => new(
        $"{run.JobName} ({WireNames.Of(run.JobType)})",
        WireNames.Of(run.State),
        StatusOf(run),
        run.StartedTime?.ToDateTimeOffset(),
        run.CompletedTime?.ToDateTimeOffset(),
        run.HasError ? run.Error : null,
        [.. run.Sequence.Select(ProcessView.Of)]);

    private static ProgressStatus StatusOf(JobRun run) => run.State switch
    {
        JobRunState.Completed => ProgressStatus.Success,
        JobRunState.Failed => ProgressStatus.Error,
        JobRunState.Stopped or JobRunState.Skipped => ProgressStatus.Cancelled,
        _ => run.CancelledTime is null ? ProgressStatus.Running : ProgressStatus.Cancelled,
    };
}

/// <summary>What is shown of a process.</summary>
internal sealed record ProcessView(
    string Description, ProgressStatus Status, string? Note, IReadOnlyList<StageView> Stages)
{
    /// <summary>Looks at a process.</summary>
    public static ProcessView Of(JobProcess process) => new(
        process.Description,
        process.Status,
        process.HasError ? process.Error : process.HasSummary ? process.Summary : null,
        [.. process.Stages.Select(StageView.Of)]);
}

/// <summary>What is shown of a stage.</summary>
/// <param name="Description">What it does.</param>
/// <param name="Status">State.</param>
/// <param name="Note">Error or summary.</param>
/// <param name="Started">Start.</param>
/// <param name="Completed">End; null while running.</param>
/// <param name="Total">Expected items; 0 none, negative unknown.</param>
/// <param name="Done">Items that have ended.</param>
/// <param name="Failed">Items that failed.</param>
/// <param name="Items">Items worth a line: running and failed ones.</param>
internal sealed record StageView(
    string Description,
    ProgressStatus Status,
    string? Note,
    DateTimeOffset? Started,
    DateTimeOffset? Completed,
    int Total,
    int Done,
    int Failed,
    IReadOnlyList<ItemView> Items)
{
    private const int ShownItems = 6;

    /// <summary>Looks at a stage.</summary>
    public static StageView Of(JobStage stage)
    {
        var done = stage.OmittedItems;
        var failed = 0;
        List<ItemView>? shown = null;
        foreach (var item in stage.Items)
        {
            if (item.Status != ProgressStatus.Running)
                done++;
            if (item.Status == ProgressStatus.Error)
                failed++;
            if (item.Status is ProgressStatus.Running or ProgressStatus.Error && (shown?.Count ?? 0) < ShownItems)
                (shown ??= []).Add(ItemView.Of(item));
        }

        return new(
            stage.Description,
            stage.Status,
            stage.HasError ? stage.Error : stage.HasSummary ? stage.Summary : null,
            stage.StartedTime?.ToDateTimeOffset(),
            stage.CompletedTime?.ToDateTimeOffset(),
            stage.TotalItems, done, failed, shown ?? []);
    }

    /// <summary>Items a second so far; null when there is nothing to tell.</summary>
    public double? Rate(DateTimeOffset now)
    {
        var seconds = ((Completed ?? now) - Started)?.TotalSeconds ?? 0;
        return Done > 1 && seconds > 0.05 ? Done / seconds : null;
    }
}

/// <summary>What is shown of an item.</summary>
internal sealed record ItemView(string Description, ProgressStatus Status, string? Note)
{
    /// <summary>Looks at an item.</summary>
    public static ItemView Of(JobItem item) => new(
        item.Description, item.Status, item.HasError ? item.Error : item.HasSummary ? item.Summary : null);
}
