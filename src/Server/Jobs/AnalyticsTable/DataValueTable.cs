using System.Data.Common;
using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.AnalyticsTable;

/// <summary>Builds the facts of aggregate data values, a table per year, in one transaction from the check to the
/// swap.</summary>
internal sealed class DataValueTable(IWarehouse warehouse) : IAnalyticsTable
{
    private const string Name = "DATA_VALUE";

    private static readonly string[] Table = ["analytics"];

    /// <inheritdoc/>
    public AnalyticsTableType Type => AnalyticsTableType.DataValue;

    /// <inheritdoc/>
    public async Task RunAsync(AnalyticsUpdate update, IJobProgress progress, CancellationToken cancellationToken)
    {
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Analytics, cancellationToken);
        var connection = write.Connection;

        var reason = "";
        await progress.RunStageAsync($"Validating analytics table {Name}", async ct => reason = await ObstacleAsync(connection, update, ct) ?? "", cancellationToken);
        if (reason.Length > 0)
            return;

        var years = await YearsAsync(connection, update, cancellationToken);
        if (years.Count == 0)
        {
            await progress.RunStageAsync($"Table updates {Name}", _ => Note("No year of the update has data; nothing was done"), cancellationToken);
            return;
        }

        var stages = new Stages(connection, progress, update, years);
        await stages.BuildAsync(cancellationToken);
        await progress.RunStageAsync("Dropping SQL views", _ => Note("No SQL view exists in this store"), cancellationToken, FailurePolicy.SkipItem);
        await progress.RunStageAsync(
            $"Swapping analytics tables {Name}",
            Table,
            t => t,
            async (_, ct) =>
            {
                var summary = await SwapAsync(connection, update, years, ct);
                await write.CommitAsync(ct);
                return summary;
            },
            cancellationToken);
        await progress.RunStageAsync("Creating SQL views", _ => Note("No SQL view exists in this store"), cancellationToken, FailurePolicy.SkipItem);
    }

    // Why there is nothing to do; null when there is.
    private static async Task<string?> ObstacleAsync(DbConnection connection, AnalyticsUpdate update, CancellationToken cancellationToken)
    {
        if (await connection.ScalarAsync<int>("select coalesce(max(hierarchylevel), 0) from organisationunit", cancellationToken) == 0)
            return "There are no organisation unit levels; nothing was done";
        if (!await connection.ScalarAsync<bool>("select count(*) > 0 from (select 1 from datavalue where not deleted limit 1)", cancellationToken))
            return "There are no data values; nothing was done";
        if (await OrgUnitLevels.CountAsync(connection, cancellationToken) == 0)
            throw new InvalidOperationException("The resource tables do not exist; run the resource table job, or this job without skipResourceTables");
        if (!update.LatestOnly)
            return null;
        if ((await AnalyticsCatalog.YearsAsync(connection, cancellationToken)).Count == 0)
            throw new InvalidOperationException("A latest update needs the tables of an earlier full update, and there are none");
        var changed = await connection.ScalarAsync<bool>(
            DataValueSql.Changed, cancellationToken, ("since", update.LastAny!.Value.UtcDateTime), ("started", update.StartedUtc));
        return changed ? null : "No data value changed since the last update; nothing was done";
    }

    private static async Task<IReadOnlyList<int>> YearsAsync(DbConnection connection, AnalyticsUpdate update, CancellationToken cancellationToken)
    {
        if (update.LatestOnly)
            return [AnalyticsCatalog.LatestYear];
        var years = await connection.ListAsync(DataValueSql.Years, r => r.GetInt32(0), cancellationToken, ("started", update.StartedUtc));
        return [.. years.Where(y => update.FromYear is not { } from || y >= from)];
    }

    private static async Task<string?> SwapAsync(
        DbConnection connection, AnalyticsUpdate update, IReadOnlyList<int> built, CancellationToken cancellationToken)
    {
        var previous = await AnalyticsCatalog.YearsAsync(connection, cancellationToken);
        if (update.FromYear is { } from && previous.Contains(AnalyticsCatalog.LatestYear))
            await KeepEarlierChangesAsync(connection, from, cancellationToken);
        foreach (var year in previous.Where(y => IsReplaced(y, update)))
            await connection.ExecuteAsync($"drop table {AnalyticsCatalog.FactTable(year)}", cancellationToken);
        foreach (var year in built)
        {
            await connection.ExecuteAsync(
                $"alter table {AnalyticsCatalog.TemporaryFactTable(year)} rename to {AnalyticsCatalog.FactTable(year)}", cancellationToken);
        }

        await AnalyticsViews.RecreateAsync(connection, cancellationToken);
        await AnalyticsCatalog.AdvanceAsync(connection, cancellationToken);
        return "Partitions " + string.Join(", ", (await AnalyticsCatalog.YearsAsync(connection, cancellationToken)).Select(Invariant));
    }

    // Full: every partition. Last years: those, and the latest one, whose changes are in the years by now.
    private static bool IsReplaced(int year, AnalyticsUpdate update)
    {
        if (update.LatestOnly)
            return year == AnalyticsCatalog.LatestYear;
        return update.FromYear is not { } from || year >= from || year == AnalyticsCatalog.LatestYear;
    }

    // What changed in years that are not rebuilt is in the latest partition only, which later updates start anew.
    private static async Task KeepEarlierChangesAsync(DbConnection connection, int from, CancellationToken cancellationToken)
    {
        var years = await connection.ListAsync(
            $"select distinct year from {AnalyticsCatalog.FactTable(AnalyticsCatalog.LatestYear)} join _periodstructure using (periodid) where year < $from",
            r => r.GetInt32(0),
            cancellationToken,
            ("from", from));
        foreach (var year in years)
            await connection.ExecuteAsync(DataValueSql.MoveFromLatest(year), cancellationToken);
    }

    private static Task<string?> Note(string text) => Task.FromResult<string?>(text);

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The stages between check and swap: temporary tables filled beside those in use.</summary>
    private sealed class Stages(DbConnection connection, IJobProgress progress, AnalyticsUpdate update, IReadOnlyList<int> years)
    {
        public async Task BuildAsync(CancellationToken cancellationToken)
        {
            await progress.RunStageAsync("Performing pre-create table work", _ => Note("Data approval is not in use"), cancellationToken);
            var leftovers = await AnalyticsCatalog.LeftoversAsync(connection, cancellationToken);
            await progress.RunStageAsync($"Dropping temporary tables {Name}", leftovers, t => t, (t, ct) => ExecuteAsync($"drop table {t}", ct), cancellationToken);
            await EachYearAsync(
                $"Creating analytics tables {Name}",
                (year, ct) => ExecuteAsync($"create table {Temporary(year)} ({AnalyticsCatalog.FactColumns})", ct),
                cancellationToken);
            await EachYearAsync($"Populating analytics tables {Name}", PopulateAsync, cancellationToken);
            await progress.RunStageAsync($"Invoking analytics table hooks {Name}", HooksAsync, cancellationToken);
            foreach (var level in await LevelsAsync(cancellationToken))
            {
                await EachYearAsync(
                    $"Applying aggregation level {Invariant(level)} {Name}",
                    async (year, ct) => $"{Invariant(await connection.ExecuteAsync(DataValueSql.ApplyLevel(Temporary(year), level), ct))} rows",
                    cancellationToken);
            }

            await progress.RunStageAsync($"Creating indexes {Name}", _ => Note("This store reads narrow columns and needs no indexes"), cancellationToken);
            await progress.RunStageAsync($"Analyzing analytics tables {Name}", _ => Note("This store keeps statistics by itself"), cancellationToken);
            if (update.LatestOnly)
                await progress.RunStageAsync($"Removing updated and deleted data {Name}", RemoveChangedAsync, cancellationToken);
        }

        // One at a time: every statement uses all cores by itself.
        private Task<bool> EachYearAsync(string stage, Func<int, CancellationToken, Task<string?>> work, CancellationToken cancellationToken) =>
            progress.RunStageAsync(stage, years, y => $"analytics_{Invariant(y)}", work, cancellationToken);

        private async Task<string?> PopulateAsync(int year, CancellationToken cancellationToken)
        {
            var part = year == AnalyticsCatalog.LatestYear ? ("since", (object)update.LastFull!.Value.UtcDateTime) : ("year", year);
            var rows = await connection.ExecuteAsync(
                DataValueSql.Populate(Temporary(year), year, update), cancellationToken, ("started", update.StartedUtc), part);
            return $"{Invariant(rows)} rows";
        }

        private async Task<string?> RemoveChangedAsync(CancellationToken cancellationToken)
        {
            var removed = 0;
            foreach (var year in await AnalyticsCatalog.YearsAsync(connection, cancellationToken))
            {
                if (year == AnalyticsCatalog.LatestYear)
                    continue;
                removed += await connection.ExecuteAsync(
                    DataValueSql.RemoveChanged(AnalyticsCatalog.FactTable(year)),
                    cancellationToken,
                    ("since", update.LastFull!.Value.UtcDateTime),
                    ("started", update.StartedUtc));
            }

            return $"{Invariant(removed)} rows";
        }

        private async Task<string?> HooksAsync(CancellationToken cancellationToken)
        {
            var hooks = await connection.ScalarAsync<int>("select count(*) from object where type = 'analyticsTableHooks'", cancellationToken);
            return hooks == 0 ? "There are no hooks" : $"{Invariant(hooks)} hooks are kept as documents only and were not run";
        }

        private Task<List<int>> LevelsAsync(CancellationToken cancellationToken) => connection.ListAsync(
            "select distinct aggregationlevel from dataelementaggregationlevels where aggregationlevel between 1 and 200 order by 1 desc",
            r => r.GetInt32(0),
            cancellationToken);

        private async Task<string?> ExecuteAsync(string sql, CancellationToken cancellationToken)
        {
            await connection.ExecuteAsync(sql, cancellationToken);
            return null;
        }

        private static string Temporary(int year) => AnalyticsCatalog.TemporaryFactTable(year);
    }
}
