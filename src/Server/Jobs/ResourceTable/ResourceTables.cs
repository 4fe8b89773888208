using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Builds the resource tables. All of them, and the views that read them, change in one transaction: readers
/// see the old set or the new one, whatever happens in between.</summary>
internal sealed class ResourceTables(IWarehouse warehouse, IJobSettings settings, TimeProvider time) : IResourceTables
{
    /// <summary>Setting with the start time of the last successful build.</summary>
    public const string LastSuccess = "keyLastSuccessfulResourceTablesUpdate";

    private readonly IResourceTable[] _tables =
    [
        new OrgUnitStructure(),
        new DataSetOrgUnitCategory(),
        new CategoryOptionComboName(),
        GroupSetStructure.OfDataElements,
        GroupSetStructure.OfIndicators,
        new OrgUnitGroupSetStructure(),
        new CategoryStructure(),
        new DataElementStructure(),
        new PeriodStructure(),
        new DatePeriodStructure(time),
        new DataElementCategoryOptionCombo(),
    ];

    /// <inheritdoc/>
    public async Task<bool> RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        var progress = context.Progress;
        await progress.RunStageAsync("Drop SQL views", SqlViewsAsync, cancellationToken, FailurePolicy.SkipItem);

        bool built;
        await using (var write = await warehouse.BeginWriteAsync(WriteTurn.Analytics, cancellationToken))
        {
            built = await progress.RunStageAsync(
                "Generate resource tables",
                _tables,
                t => t.Name,
                (table, ct) => BuildAsync(write, table, ct),
                cancellationToken,
                FailurePolicy.SkipStage);
            if (built)
            {
                await AnalyticsViews.RecreateAsync(write.Connection, cancellationToken);
                await AnalyticsCatalog.AdvanceAsync(write.Connection, cancellationToken);
                await write.CommitAsync(cancellationToken);
            }
        }

        await progress.RunStageAsync("Create SQL views", SqlViewsAsync, cancellationToken, FailurePolicy.SkipItem);
        if (built)
            await settings.SetAsync(LastSuccess, SettingTime.Format(context.Started), cancellationToken);
        return built;
    }

    private static async Task<string?> BuildAsync(IWarehouseWrite write, IResourceTable table, CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        var target = table.Name + "_temp";
        await connection.ExecuteAsync($"drop table if exists {target}", cancellationToken);
        await table.BuildAsync(write, target, cancellationToken);
        await connection.ExecuteAsync($"drop table if exists {table.Name}; alter table {target} rename to {table.Name}", cancellationToken);
        var rows = await connection.ScalarAsync<long>($"select count(*) from {table.Name}", cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{rows} rows");
    }

    // SQL views are kept as imported; they are written for PostgreSQL, so none is ever created here.
    private async Task<string?> SqlViewsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        var views = await connection.ScalarAsync<long>("select count(*) from object where type = 'sqlViews'", cancellationToken);
        return views == 0
            ? "There are no SQL views"
            : string.Create(CultureInfo.InvariantCulture, $"{views} SQL views are kept as documents only; none exists in this store");
    }
}
