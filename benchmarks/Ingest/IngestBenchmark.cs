using System.Globalization;
using Dhis2Grpc.Benchmarks.Sample;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Benchmarks.Ingest;

/// <summary>An upsert of a million data values, half of them new, into five million: as a document through the import, as
/// rows through staging and merge alone, and by COPY and <c>on conflict</c> on PostgreSQL.</summary>
internal static class IngestBenchmark
{
    private const int StoredMonths = 30;
    private const int FirstMonth = 27;
    private const int Months = 6;

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var share = options.Number("share", 0.337);
        var runs = options.Int("runs", 3);
        var country = new Country();
        var changes = DataValues.Of(country, share, FirstMonth, Months).Select(Changed).ToArray();
        await using var node = await NodeWarehouse.StartAsync(country, cancellationToken);
        var document = Path.GetTempFileName();
        try
        {
            await WriteAsync(document, changes);
            var (whole, rows) = (new List<double>(), new List<double>());
            for (var run = 1; run <= runs; run++)
            {
                await PrepareAsync(node, country, share, cancellationToken);
                rows.Add(await RatePerSecondAsync($"node: rows to staging, merge, commit {run}", changes.Length, () => MergeAsync(node, changes, cancellationToken)));
                await PrepareAsync(node, country, share, cancellationToken);
                whole.Add(await RatePerSecondAsync($"node: JSON document through the import {run}", changes.Length, () => ImportAsync(node, document, cancellationToken)));
            }

            Figures.Print($"node: {changes.Length} values, document of {new FileInfo(document).Length / 1e6:F0} MB; rows {Figures.Median(rows) / 1000:F0}k/s, document {Figures.Median(whole) / 1000:F0}k/s, peak {Figures.PeakMegabytes()} MB");
            if (options.Has("skip-postgres"))
                return 0;
            var theirs = new List<double>();
            await using var postgres = await PostgresUpsert.StartAsync(cancellationToken);
            for (var run = 1; run <= options.Int("postgres-runs", 1); run++)
            {
                await postgres.PrepareAsync(DataValues.Of(country, share, 0, StoredMonths), cancellationToken);
                theirs.Add(await RatePerSecondAsync($"PostgreSQL: COPY to staging, on conflict {run}", changes.Length, () => postgres.UpsertAsync(changes, cancellationToken)));
            }

            Figures.Print($"ratio: rows {Figures.Median(rows) / Figures.Median(theirs):F1}x (at least 5, goal 10), document {Figures.Median(whole) / Figures.Median(theirs):F1}x");
            return 0;
        }
        finally
        {
            File.Delete(document);
        }
    }

    // Numbers and words grow by a character, so that what is stored already changes.
    private static DataValue Changed(DataValue v) => v.DataElement.ValueType switch
    {
        "BOOLEAN" => v with { Value = v.Value == "true" ? "false" : "true" },
        "TRUE_ONLY" or "DATE" => v,
        "TEXT" => v with { Value = v.Value + "!" },
        _ => v with { Value = v.Value is "n/a" or "0" ? "1" : v.Value + (v.Value.Contains('.', StringComparison.Ordinal) ? "5" : "1") },
    };

    private static async Task<double> RatePerSecondAsync(string what, int values, Func<Task> work) =>
        values / (await Figures.TimeAsync(what, work)).TotalSeconds;

    private static async Task PrepareAsync(NodeWarehouse node, Country country, double share, CancellationToken cancellationToken)
    {
        await using (var write = await node.Warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken))
        {
            await write.Connection.ExecuteAsync("delete from datavalue", cancellationToken);
            await write.CommitAsync(cancellationToken);
        }

        await node.LoadAsync(country, DataValues.Of(country, share, 0, StoredMonths), cancellationToken);
        await using var connection = await node.Warehouse.OpenReadAsync(cancellationToken);
        await connection.ExecuteAsync("checkpoint", cancellationToken);
    }

    private static async Task ImportAsync(NodeWarehouse node, string document, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(document);
        var summary = await node.Services.GetRequiredService<DataValueSetImport>()
            .ImportAsync(stream, new DataImportOptions(), NodeWarehouse.System, cancellationToken);
        if (summary.Status != "SUCCESS")
            throw new InvalidOperationException(summary.Conflicts[0].Value);
    }

    private static async Task MergeAsync(NodeWarehouse node, DataValue[] changes, CancellationToken cancellationToken)
    {
        await using var write = await node.Warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        var merge = new DataValueMerge(write.Connection, ImportStrategy.CreateAndUpdate, skipExistingCheck: false);
        await merge.PrepareAsync(cancellationToken);
        var elements = await IdsAsync("dataelement", "dataelementid");
        var units = await IdsAsync("organisationunit", "organisationunitid");
        var combos = await IdsAsync("categoryoptioncombo", "categoryoptioncomboid");
        using (var load = write.Load(DataValueMerge.Stage))
        {
            var position = 0;
            foreach (var v in changes)
            {
                load.Add(elements[v.DataElement.Uid]).Add((long?)v.Month.Id).Add(units[v.OrgUnit.Uid]).Add(combos[v.Combo.Uid])
                    .Add(combos[v.AttributeCombo.Uid]).Add(v.Value).Add("admin").Add((DateTime?)v.LastUpdated).Add((DateTime?)v.LastUpdated)
                    .Add((string?)null).Add((bool?)false).Add((int?)(v.Deleted ? 1 : 0)).Add((int?)position++).EndRow();
            }
        }

        await merge.RunAsync("benchmark", DateTime.UnixEpoch, dryRun: false, new ImportConflicts(), cancellationToken);
        await write.CommitAsync(cancellationToken);

        async Task<Dictionary<string, long?>> IdsAsync(string table, string id) => (await write.Connection.ListAsync(
            $"select uid, {id} from {table}", r => (Uid: r.GetString(0), Id: r.GetInt64(1)), cancellationToken)).ToDictionary(r => r.Uid, r => (long?)r.Id);
    }

    private static async Task WriteAsync(string path, DataValue[] values)
    {
        await using var text = new StreamWriter(path);
        await text.WriteAsync("{\"dataValues\":[");
        for (var i = 0; i < values.Length; i++)
        {
            var v = values[i];
            var time = v.LastUpdated.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);
            await text.WriteAsync($$"""
                {{(i == 0 ? "" : ",")}}{"dataElement":"{{v.DataElement.Uid}}","period":"{{v.Month.Iso}}","orgUnit":"{{v.OrgUnit.Uid}}","categoryOptionCombo":"{{v.Combo.Uid}}","attributeOptionCombo":"{{v.AttributeCombo.Uid}}","value":"{{v.Value}}","storedBy":"admin","created":"{{time}}+0000","lastUpdated":"{{time}}+0000","followup":false{{(v.Deleted ? ",\"deleted\":true" : "")}}}
                """);
        }

        await text.WriteAsync("]}");
    }
}
