using System.Data.Common;
using Dhis2Grpc.Benchmarks.Sample;
using Dhis2Grpc.Server.Hosting;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Benchmarks;

/// <summary>A node in this process, with its real warehouse in a temporary directory, that holds the sample.</summary>
internal sealed class NodeWarehouse : IAsyncDisposable
{
    private readonly WebApplication _node;
    private readonly string _folder;

    private NodeWarehouse(WebApplication node, string folder)
    {
        _node = node;
        _folder = folder;
    }

    /// <summary>The node's services.</summary>
    public IServiceProvider Services => _node.Services;

    /// <summary>The warehouse.</summary>
    public IWarehouse Warehouse => Services.GetRequiredService<IWarehouse>();

    /// <summary>Bytes of the warehouse's file.</summary>
    public long FileSize => new FileInfo(Path.Combine(_folder, "warehouse.duckdb")).Length;

    /// <summary>Starts a node and imports the country's metadata.</summary>
    public static async Task<NodeWarehouse> StartAsync(Country country, CancellationToken cancellationToken, params string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("dhis2-benchmark-node").FullName;
        var node = Node.Build(
            [$"--Dhis2:DataDirectory={folder}", "--Dhis2:Rest:Url=http://127.0.0.1:0", "--Dhis2:Grpc:Url=http://127.0.0.1:0", .. settings]);
        await node.StartAsync(cancellationToken);
        var started = new NodeWarehouse(node, folder);
        using var document = new MemoryStream(MetadataDocument.Of(country));
        var report = await started.Services.GetRequiredService<MetadataImport>()
            .ImportAsync(document, new MetadataImportOptions(), System, cancellationToken);
        if (report.Stats.Ignored > 0)
            throw new InvalidOperationException($"{report.Stats.Ignored} objects of the sample were not imported.");
        return started;
    }

    /// <summary>Who imports.</summary>
    public static User System { get; } = new()
    {
        Uid = "benchmark01",
        Username = "benchmark",
        FirstName = "Benchmark",
        Surname = "Benchmark",
        PasswordHash = "",
        Authorities = new HashSet<string> { "ALL" },
        Created = DateTimeOffset.UnixEpoch,
        LastUpdated = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Appends data values as they are, also those that an import would refuse.</summary>
    public async Task LoadAsync(Country country, IEnumerable<DataValue> values, CancellationToken cancellationToken)
    {
        await using var write = await Warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        var periods = new Dictionary<long, long>();
        await using (var command = write.Connection.CreateCommand())
        {
            // The file holds no periods yet.
            foreach (var month in country.Months)
                periods.Add(month.Id, month.Id);
            command.CommandText =
                $"insert into period select * from (values {string.Join(", ", country.Months.Select(PeriodRow))}) v(periodid, periodtypeid, startdate, enddate, iso) "
                + "where not exists (select 1 from period p where p.iso = v.iso)";
            command.ExecuteNonQuery();
        }

        var elements = await IdsAsync(write.Connection, "dataelement", "dataelementid", cancellationToken);
        var units = await IdsAsync(write.Connection, "organisationunit", "organisationunitid", cancellationToken);
        var combos = await IdsAsync(write.Connection, "categoryoptioncombo", "categoryoptioncomboid", cancellationToken);
        using (var load = write.Load("datavalue"))
        {
            foreach (var v in values)
            {
                load.Add(elements[v.DataElement.Uid]).Add(periods[v.Month.Id]).Add(units[v.OrgUnit.Uid])
                    .Add(combos[v.Combo.Uid]).Add(combos[v.AttributeCombo.Uid]).Add(v.Value).Add("admin")
                    .Add(v.LastUpdated).Add(v.LastUpdated).Add((string?)null).Add((bool?)false).Add(v.Deleted).Add((long?)null).EndRow();
            }
        }

        await write.CommitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _node.StopAsync();
        await _node.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string PeriodRow(Month month) =>
        $"({month.Id}, (select periodtypeid from periodtype where name = '{PeriodType.Monthly.Name}'), date '{month.Start:yyyy-MM-dd}', date '{month.End:yyyy-MM-dd}', '{month.Iso}')";

    private static async Task<Dictionary<string, long>> IdsAsync(
        DbConnection connection, string table, string id, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            $"select uid, {id} from {table}", r => (Uid: r.GetString(0), Id: r.GetInt64(1)), cancellationToken);
        return rows.ToDictionary(r => r.Uid, r => r.Id);
    }
}
