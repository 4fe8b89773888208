using System.Data.Common;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Makes the report of the staged objects, their errors and the candidates that are left.</summary>
internal sealed class ReportWriter(DbConnection connection, MetadataImportOptions options)
{
    /// <summary>Most objects that a report lists; counts are of all.</summary>
    public const int MaxObjects = 10_000;

    /// <summary>The report as of now.</summary>
    public async Task<MetadataImportReport> WriteAsync(IReadOnlyList<MetadataType> types, bool refused, CancellationToken cancellationToken)
    {
        var stats = await StatsAsync(cancellationToken);
        var objects = await ObjectsAsync(cancellationToken);
        var hasErrors = await connection.ScalarAsync<bool>("select exists (from staged_error)", cancellationToken);
        var total = stats.Values.Aggregate(default(ImportStats), (a, b) => a + b);
        return new MetadataImportReport(
            !hasErrors ? ImportStatus.Ok : refused ? ImportStatus.Error : ImportStatus.Warning,
            total,
            [.. types.Select(t => new ImportTypeReport(t.Class, stats.GetValueOrDefault(t.Collection), objects.GetValueOrDefault(t.Collection) ?? []))]);
    }

    private async Task<Dictionary<string, ImportStats>> StatsAsync(CancellationToken cancellationToken)
    {
        var deletes = options.Strategy == ImportStrategy.Delete;
        var rows = await connection.ListAsync("""
            select s.type, count(*), count(c.seq) filter (not c.known), count(c.seq) filter (c.known)
            from staged s left join candidate c using (seq) group by s.type
            """, r => (Type: r.GetString(0), Total: (int)r.GetInt64(1), New: (int)r.GetInt64(2), Known: (int)r.GetInt64(3)), cancellationToken);
        return rows.ToDictionary(
            r => r.Type,
            r => deletes ? new ImportStats(0, 0, r.Known, r.Total - r.Known) : new ImportStats(r.New, r.Known, 0, r.Total - r.New - r.Known),
            StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, List<ImportObjectReport>>> ObjectsAsync(CancellationToken cancellationToken)
    {
        var join = options.ReportMode == ImportReportMode.Full ? "left join" : "join";
        var rows = await connection.ListAsync($"""
            select s.type, s.idx, s.uid, e.code, e.message, e.property, e.value, e.mainid, s.seq
            from (select * from staged {(options.ReportMode == ImportReportMode.Full ? "" : "where seq in (select seq from staged_error)")} order by seq limit {MaxObjects}) s
            {join} staged_error e using (seq) order by s.seq, e.severity desc, e.code, e.property, e.value
            """,
            r => (Type: r.GetString(0), Index: r.GetInt32(1), Uid: r.GetString(2), Sequence: r.GetInt64(8), Error: r.IsDBNull(3) ? null : Error(r)), cancellationToken);
        return rows.GroupBy(r => r.Type, StringComparer.Ordinal).ToDictionary(
            type => type.Key,
            type => type.GroupBy(r => r.Sequence).Select(o => Report(MetadataTypes.Of(type.Key), o.First().Index, o.First().Uid, [.. o.Select(r => r.Error).OfType<ErrorReport>()])).ToList(),
            StringComparer.Ordinal);
    }

    private static ImportObjectReport Report(MetadataType type, int index, string uid, List<ErrorReport> errors) =>
        new(type.Class, index, uid, [.. errors.Select(e => e with { MainClass = MainClass(e.Code) ?? type.Class })]);

    private static string? MainClass(string code) => code switch
    {
        "E4009" or "E4011" or "E6012" => AttributeCheck.Class,
        "E4028" => OptionCheck.Class,
        _ => null,
    };

    private static ErrorReport Error(DbDataReader reader)
    {
        var property = reader.Text(5);
        return new ErrorReport(reader.GetString(3), reader.GetString(4), property)
        {
            Value = reader.Text(6),
            MainId = reader.Text(7),
            Arguments = property is null ? [] : [property],
        };
    }
}
