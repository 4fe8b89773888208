using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Jobs.AnalyticsTable;

/// <summary>Builds the analytics tables, from which all aggregate queries are answered.</summary>
internal sealed class AnalyticsTableJob(
    IResourceTables resourceTables, IEnumerable<IAnalyticsTable> tables, IJobSettings settings, TimeProvider time) : IJob
{
    // In the order of DHIS2.
    private static readonly (AnalyticsTableType Type, string Name)[] Order =
    [
        (AnalyticsTableType.DataValue, "DATA_VALUE"),
        (AnalyticsTableType.Completeness, "COMPLETENESS"),
        (AnalyticsTableType.CompletenessTarget, "COMPLETENESS_TARGET"),
        (AnalyticsTableType.OrgUnitTarget, "ORG_UNIT_TARGET"),
        (AnalyticsTableType.Ownership, "OWNERSHIP"),
        (AnalyticsTableType.Event, "EVENT"),
        (AnalyticsTableType.ValidationResult, "VALIDATION_RESULT"),
        (AnalyticsTableType.Enrollment, "ENROLLMENT"),
    ];

    private readonly Dictionary<AnalyticsTableType, IAnalyticsTable> _tables = tables.ToDictionary(t => t.Type);

    /// <inheritdoc/>
    public JobType Type => JobType.AnalyticsTable;

    /// <inheritdoc/>
    public async Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var progress = context.Progress;
        var parameters = context.Parameters as AnalyticsTableParameters ?? new AnalyticsTableParameters();
        var update = await AnalyticsUpdate.PlanAsync(context, parameters, settings, cancellationToken);
        progress.StartProcess(update.Description);
        if (!parameters.SkipResourceTables && !update.LatestOnly)
            await resourceTables.RunAsync(context, cancellationToken);

        foreach (var (type, name) in Order)
        {
            if (parameters.SkipTableTypes.Contains(type))
                continue;
            if (_tables.TryGetValue(type, out var table))
                await table.RunAsync(update, progress, cancellationToken);
            else
                await progress.RunStageAsync($"Validating analytics table {name}", _ => NotBuilt(name), cancellationToken);
        }

        await progress.RunStageAsync("Updating settings", ct => RecordAsync(update, time.GetElapsedTime(begun), ct), cancellationToken);
        await progress.RunStageAsync("Clearing caches", _ => Cleared(), cancellationToken, FailurePolicy.SkipStage);
        progress.CompleteProcess("Analytics tables updated");
    }

    private static Task<string?> NotBuilt(string name) =>
        Task.FromResult<string?>($"Tables of type {name} are not built by this server yet; nothing was done");

    // Readers compare generations with every query, so nothing stale is left to clear.
    private static Task<string?> Cleared() =>
        Task.FromResult<string?>("Queries notice new tables by themselves");

    private async Task<string?> RecordAsync(AnalyticsUpdate update, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var (success, runtime) = update.LatestOnly
            ? (AnalyticsSettings.LastLatestSuccess, AnalyticsSettings.LastLatestRuntime)
            : (AnalyticsSettings.LastFullSuccess, AnalyticsSettings.LastFullRuntime);
        await settings.SetAsync(success, SettingTime.Format(update.Started), cancellationToken);
        await settings.SetAsync(runtime, SettingTime.Format(elapsed), cancellationToken);
        return null;
    }
}
