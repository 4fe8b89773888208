using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Exports completeness registrations, straight from the store into the output.</summary>
internal sealed class CompletenessExport(IWarehouse warehouse)
{
    private const int FlushAt = 64 * 1024;

    /// <summary>Writes the document.</summary>
    /// <exception cref="Errors.Dhis2Exception">E2013 and E2002 to E2009; nothing is written.</exception>
    public async Task ExportAsync(ExportQuery query, Stream output, CancellationToken cancellationToken)
    {
        if (query.DataSets.Count == 0)
            throw NoDataSet();
        query.Check();
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        var scope = await ExportScope.ResolveAsync(connection, query, cancellationToken);
        if (scope.DataSets.Count == 0)
            throw NoDataSet();
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartArray("completeDataSetRegistrations");
        (string, object?)[] parameters = query.LastUpdated is { } since ? [("since", since)] : [];
        await foreach (var _ in connection.StreamAsync(Sql(query, scope), row => Write(json, row), cancellationToken, parameters))
        {
            if (json.BytesPending >= FlushAt)
                await json.FlushAsync(cancellationToken);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);

        static Errors.Dhis2Exception NoDataSet() => ExportQuery.Refused("E2013", "At least one data set must be specified");
    }

    private static string Sql(ExportQuery query, ExportScope scope) => $"""
        select s.uid, p.iso, o.uid, a.uid, r.date, r.storedby, r.lastupdatedby, r.lastupdated, r.completed
        from completedatasetregistration r
        join dataset s on s.datasetid = r.datasetid
        join period p on p.periodid = r.periodid
        join organisationunit o on o.organisationunitid = r.sourceid
        join categoryoptioncombo a on a.categoryoptioncomboid = r.attributeoptioncomboid
        where r.datasetid in ({ExportScope.List(scope.DataSets)}) and {scope.Where}
          {(query.LastUpdated is null ? "" : "and r.lastupdated >= $since")}
        order by p.startdate, s.uid, o.path, a.uid
        {(query.Limit is > 0 and { } rows ? string.Create(CultureInfo.InvariantCulture, $"limit {rows}") : "")}
        """;

    private static bool Write(Utf8JsonWriter json, DbDataReader row)
    {
        json.WriteStartObject();
        json.WriteString("period", row.GetString(1));
        json.WriteString("dataSet", row.GetString(0));
        json.WriteString("organisationUnit", row.GetString(2));
        json.WriteString("attributeOptionCombo", row.GetString(3));
        Day(json, "date", row, 4);
        Text(json, "storedBy", row, 5);
        Text(json, "lastUpdatedBy", row, 6);
        Day(json, "lastUpdated", row, 7);
        json.WriteBoolean("completed", row.GetBoolean(8));
        json.WriteEndObject();
        return true;
    }

    private static void Day(Utf8JsonWriter json, string name, DbDataReader row, int column)
    {
        if (!row.IsDBNull(column))
            json.WriteString(name, row.GetDateTime(column).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    private static void Text(Utf8JsonWriter json, string name, DbDataReader row, int column)
    {
        if (row.Text(column) is { } text)
            json.WriteString(name, text);
    }
}
