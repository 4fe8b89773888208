using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Exports completeness registrations, straight from the store into the output.</summary>
internal sealed class CompletenessExport(IWarehouse warehouse)
{
    private const int FlushAt = 64 * 1024;

    /// <summary>Checks what is asked for.</summary>
    /// <exception cref="Errors.Dhis2Exception">E2013 and E2002 to E2012.</exception>
    public async Task<PreparedExport> PrepareAsync(ExportQuery query, User caller, CancellationToken cancellationToken)
    {
        if (query.DataSets.Count == 0)
            throw NoDataSet();
        query.Check();
        var connection = await warehouse.OpenReadAsync(cancellationToken);
        try
        {
            var scope = await ExportScope.ResolveAsync(connection, query, cancellationToken);
            if (scope.DataSets.Count == 0)
                throw NoDataSet();
            await ExportAccess.CheckAsync(connection, query, caller, cancellationToken);
            return new PreparedExport(connection, (output, stop) => WriteAsync(connection, query, scope, output, stop));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        static Errors.Dhis2Exception NoDataSet() => ExportQuery.Refused("E2013", "At least one data set must be specified");
    }

    private static async Task WriteAsync(DbConnection connection, ExportQuery query, ExportScope scope, Stream output, CancellationToken cancellationToken)
    {
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
    }

    private static string Sql(ExportQuery query, ExportScope scope) => $"""
        select {query.IdSchemes.Of(query.IdSchemes.DataSet).Sql("dataSets", "s")}, p.iso, {query.IdSchemes.Of(query.IdSchemes.OrgUnit).Sql("organisationUnits", "o")},
            {query.IdSchemes.Of(query.IdSchemes.CategoryOptionCombo).Sql("categoryOptionCombos", "a")}, r.date, r.storedby, r.lastupdatedby, r.lastupdated, r.completed
        from completedatasetregistration r
        join dataset s on s.datasetid = r.datasetid
        join period p on p.periodid = r.periodid
        join organisationunit o on o.organisationunitid = r.sourceid
        join categoryoptioncombo a on a.categoryoptioncomboid = r.attributeoptioncomboid
        where r.datasetid in ({ExportScope.List(scope.DataSets)}) and {scope.Where}
          {(query.LastUpdated is null ? "" : "and r.lastupdated >= $since")}
          {(scope.AttributeOptionCombos is { } combos ? $"and r.attributeoptioncomboid in ({ExportScope.List(combos)})" : "")}
        order by p.startdate, s.uid, o.path, a.uid
        {(query.Limit is > 0 and { } rows ? string.Create(CultureInfo.InvariantCulture, $"limit {rows}") : "")}
        """;

    private static bool Write(Utf8JsonWriter json, DbDataReader row)
    {
        json.WriteStartObject();
        json.WriteString("period", row.GetString(1));
        Text(json, "dataSet", row, 0);
        Text(json, "organisationUnit", row, 2);
        Text(json, "attributeOptionCombo", row, 3);
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
