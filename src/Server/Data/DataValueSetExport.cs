using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Exports data values as a data value set document, straight from the store into the output.</summary>
internal sealed class DataValueSetExport(IWarehouse warehouse)
{
    private const int FlushAt = 64 * 1024;

    private static readonly JsonWriterOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the document.</summary>
    /// <param name="query">Which values.</param>
    /// <param name="output">Where to; nothing is written when the query is refused.</param>
    /// <param name="cancellationToken">Stops it, in the middle of the document if need be.</param>
    /// <exception cref="Errors.Dhis2Exception">E2001 to E2009.</exception>
    public async Task ExportAsync(ExportQuery query, Stream output, CancellationToken cancellationToken)
    {
        if (query.DataElements.Count + query.DataSets.Count + query.DataElementGroups.Count == 0)
            throw NoData();
        query.Check();
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        var scope = await ExportScope.ResolveAsync(connection, query, cancellationToken);
        if (scope.DataElements.Count == 0)
            throw NoData();
        var buffer = new ArrayBufferWriter<byte>(FlushAt * 2);
        await using var json = new Utf8JsonWriter(buffer, _json);
        json.WriteStartObject();
        await WriteHeaderAsync(json, connection, query, scope, cancellationToken);
        json.WriteStartArray("dataValues");
        await foreach (var _ in connection.StreamAsync(Sql(query, scope), row => Write(json, row), cancellationToken, [.. Parameters(query)]))
        {
            if (json.BytesPending + buffer.WrittenCount >= FlushAt)
                await FlushAsync(json, buffer, output, cancellationToken);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await FlushAsync(json, buffer, output, cancellationToken);

        static Errors.Dhis2Exception NoData() =>
            ExportQuery.Refused("E2001", "At least one data element, data set or data element group must be specified");
    }

    private static async ValueTask FlushAsync(Utf8JsonWriter json, ArrayBufferWriter<byte> buffer, Stream output, CancellationToken cancellationToken)
    {
        json.Flush();
        await output.WriteAsync(buffer.WrittenMemory, cancellationToken);
        buffer.ResetWrittenCount();
    }

    private static IEnumerable<(string Name, object? Value)> Parameters(ExportQuery query)
    {
        if (query.LastUpdated is { } since)
            yield return ("since", since);
    }

    private static string Sql(ExportQuery query, ExportScope scope)
    {
        var any = query.IdSchemes.Any;
        var combo = (query.IdSchemes.CategoryOptionCombo ?? any).Column();
        var limit = query.Limit is > 0 and { } rows ? string.Create(CultureInfo.InvariantCulture, $"limit {rows}") : "";
        return $"""
            select e.{(query.IdSchemes.DataElement ?? any).Column()}, p.iso, o.{(query.IdSchemes.OrgUnit ?? any).Column()}, c.{combo}, a.{combo},
                d.value, d.storedby, d.created, d.lastupdated, d.comment, coalesce(d.followup, false), d.deleted
            from datavalue d
            join dataelement e on e.dataelementid = d.dataelementid
            join period p on p.periodid = d.periodid
            join organisationunit o on o.organisationunitid = d.sourceid
            join categoryoptioncombo c on c.categoryoptioncomboid = d.categoryoptioncomboid
            join categoryoptioncombo a on a.categoryoptioncomboid = d.attributeoptioncomboid
            where d.dataelementid in ({ExportScope.List(scope.DataElements)}) and {scope.Where}
              {(query.IncludeDeleted ? "" : "and not d.deleted")} {(query.LastUpdated is null ? "" : "and d.lastupdated >= $since")}
            {limit}
            """;
    }

    private static bool Write(Utf8JsonWriter json, DbDataReader row)
    {
        Span<byte> time = stackalloc byte[WireTime.Length];
        json.WriteStartObject();
        Text(json, "dataElement"u8, row, 0);
        Text(json, "period"u8, row, 1);
        Text(json, "orgUnit"u8, row, 2);
        Text(json, "categoryOptionCombo"u8, row, 3);
        Text(json, "attributeOptionCombo"u8, row, 4);
        Text(json, "value"u8, row, 5);
        Text(json, "storedBy"u8, row, 6);
        WireTime.Write(row.GetDateTime(7), time);
        json.WriteString("created"u8, time);
        WireTime.Write(row.GetDateTime(8), time);
        json.WriteString("lastUpdated"u8, time);
        Text(json, "comment"u8, row, 9);
        json.WriteBoolean("followup"u8, row.GetBoolean(10));
        if (row.GetBoolean(11))
            json.WriteBoolean("deleted"u8, true);
        json.WriteEndObject();
        return true;
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, DbDataReader row, int column)
    {
        if (!row.IsDBNull(column))
            json.WriteString(name, row.GetString(column));
    }

    /// <summary>With exactly one data set, period and organisation unit these stand above the values, and when it was completed.</summary>
    private static async Task WriteHeaderAsync(Utf8JsonWriter json, DbConnection connection, ExportQuery query, ExportScope scope,
        CancellationToken cancellationToken)
    {
        if (query is not { DataSets: [var dataSet], Periods: [var period], OrgUnits: [var orgUnit], Children: false, OrgUnitGroups.Count: 0 }
            || scope.DataSets.Count != 1)
            return;
        json.WriteString("dataSet", dataSet);
        var completed = await connection.ScalarAsync<DateTime?>($"""
            select max(r.date) from completedatasetregistration r
            join period p on p.periodid = r.periodid join organisationunit o on o.organisationunitid = r.sourceid
            where r.datasetid in ({ExportScope.List(scope.DataSets)}) and r.completed and {scope.Where}
            """, cancellationToken);
        if (completed is { } date)
            json.WriteString("completeDate", date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteString("period", Periods.Period.Parse(period).Iso);
        json.WriteString("orgUnit", orgUnit);
    }
}
