using System.Buffers;
using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Exports data values as one document, straight from the store into the output.</summary>
internal sealed class DataValueSetExport(IWarehouse warehouse)
{
    private const int FlushAt = 64 * 1024;

    /// <summary>Writes the document.</summary>
    /// <param name="query">Which values.</param>
    /// <param name="format">What it is written in.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="output">Where to; nothing is written when the query is refused.</param>
    /// <param name="cancellationToken">Stops it, in the middle of the document if need be.</param>
    /// <exception cref="Errors.Dhis2Exception">E2001 to E2012.</exception>
    public async Task ExportAsync(ExportQuery query, DocumentFormat format, User caller, Stream output, CancellationToken cancellationToken)
    {
        await using var export = await PrepareAsync(query, format, caller, cancellationToken);
        await export.WriteAsync(output, cancellationToken);
    }

    /// <summary>Checks what is asked for.</summary>
    /// <exception cref="Errors.Dhis2Exception">E2001 to E2012.</exception>
    public async Task<PreparedExport> PrepareAsync(ExportQuery query, DocumentFormat format, User caller, CancellationToken cancellationToken)
    {
        if (query.DataElements.Count + query.DataSets.Count + query.DataElementGroups.Count == 0)
            throw NoData();
        query.Check();
        var connection = await warehouse.OpenReadAsync(cancellationToken);
        try
        {
            var scope = await ExportScope.ResolveAsync(connection, query, cancellationToken);
            if (scope.DataElements.Count == 0)
                throw NoData();
            await ExportAccess.CheckAsync(connection, query, caller, cancellationToken);
            return new PreparedExport(connection, (output, stop) => WriteAsync(connection, query, scope, format, output, stop));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        static Errors.Dhis2Exception NoData() =>
            ExportQuery.Refused("E2001", "At least one data element, data set or data element group must be specified");
    }

    private static async Task WriteAsync(
        DbConnection connection, ExportQuery query, ExportScope scope, DocumentFormat format, Stream output, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(FlushAt * 2);
        IDataValueWriter writer = format switch
        {
            DocumentFormat.Csv => new CsvDataValueWriter(buffer),
            DocumentFormat.Xml => new XmlDataValueWriter(buffer),
            _ => new JsonDataValueWriter(buffer),
        };
        using var own = writer as IDisposable;
        writer.Begin(await HeaderAsync(connection, query, scope, cancellationToken));
        await foreach (var _ in connection.StreamAsync(Sql(query, scope), row => Write(writer, row), cancellationToken, [.. Parameters(query)]))
        {
            if (writer.Pending >= FlushAt)
                await FlushAsync(writer, buffer, output, cancellationToken);
        }
        writer.End();
        await FlushAsync(writer, buffer, output, cancellationToken);
    }

    private static bool Write(IDataValueWriter writer, DbDataReader row)
    {
        writer.Write(row);
        return true;
    }

    private static async ValueTask FlushAsync(IDataValueWriter writer, ArrayBufferWriter<byte> buffer, Stream output, CancellationToken cancellationToken)
    {
        writer.Flush();
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
        var schemes = query.IdSchemes;
        var combo = schemes.Of(schemes.CategoryOptionCombo);
        var limit = query.Limit is > 0 and { } rows ? string.Create(CultureInfo.InvariantCulture, $"limit {rows}") : "";
        return $"""
            select {schemes.Of(schemes.DataElement).Sql("dataElements", "e")}, p.iso, {schemes.Of(schemes.OrgUnit).Sql("organisationUnits", "o")},
                {combo.Sql("categoryOptionCombos", "c")}, {combo.Sql("categoryOptionCombos", "a")},
                d.value, d.storedby, d.created, d.lastupdated, d.comment, coalesce(d.followup, false), d.deleted
            from datavalue d
            join dataelement e on e.dataelementid = d.dataelementid
            join period p on p.periodid = d.periodid
            join organisationunit o on o.organisationunitid = d.sourceid
            join categoryoptioncombo c on c.categoryoptioncomboid = d.categoryoptioncomboid
            join categoryoptioncombo a on a.categoryoptioncomboid = d.attributeoptioncomboid
            where d.dataelementid in ({ExportScope.List(scope.DataElements)}) and {scope.Where}
              {(query.IncludeDeleted ? "" : "and not d.deleted")} {(query.LastUpdated is null ? "" : "and d.lastupdated >= $since")}
              {(scope.AttributeOptionCombos is { } combos ? $"and d.attributeoptioncomboid in ({ExportScope.List(combos)})" : "")}
            {limit}
            """;
    }

    /// <summary>With exactly one data set, period and organisation unit these stand above the values, and when it was completed.</summary>
    private static async Task<List<(string Member, string Value)>> HeaderAsync(
        DbConnection connection, ExportQuery query, ExportScope scope, CancellationToken cancellationToken)
    {
        if (query is not { DataSets: [var dataSet], Periods: [var period], OrgUnits: [var orgUnit], Children: false, OrgUnitGroups.Count: 0 }
            || scope.DataSets.Count != 1)
            return [];
        List<(string, string)> header = [("dataSet", await NameAsync(query.IdSchemes.DataSet, "dataset", "dataSets", dataSet))];
        var completed = await connection.ScalarAsync<DateTime?>($"""
            select max(r.date) from completedatasetregistration r
            join period p on p.periodid = r.periodid join organisationunit o on o.organisationunitid = r.sourceid
            where r.datasetid in ({ExportScope.List(scope.DataSets)}) and r.completed and {scope.Where}
            """, cancellationToken);
        if (completed is { } date)
            header.Add(("completeDate", date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        header.Add(("period", Periods.Period.Parse(period).Iso));
        header.Add(("orgUnit", await NameAsync(query.IdSchemes.OrgUnit, "organisationunit", "organisationUnits", orgUnit)));
        return header;

        async Task<string> NameAsync(IdScheme? scheme, string table, string collection, string uid) =>
            await connection.ScalarAsync<string>($"select {query.IdSchemes.Of(scheme).Sql(collection, "t")} from {table} t where t.uid = $uid",
                cancellationToken, ("uid", uid)) ?? uid;
    }
}
