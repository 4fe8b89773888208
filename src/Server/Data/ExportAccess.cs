using System.Data.Common;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Whether the caller may see what an export asks for.</summary>
internal static class ExportAccess
{
    /// <summary>Checks the data sets and units that the query names.</summary>
    /// <exception cref="Errors.Dhis2Exception">The caller may not see data of a data set (E2010), of an attribute option combo (E2011) or of a unit (E2012).</exception>
    public static async Task CheckAsync(DbConnection connection, ExportQuery query, User caller, CancellationToken cancellationToken)
    {
        var user = await UserScope.LoadAsync(connection, caller, cancellationToken);
        if (!user.IsSuper && query.DataSets.Count > 0)
            await CheckDataSetsAsync(connection, query, user, cancellationToken);
        if (!user.IsSuper && query.AttributeOptionCombos.Count > 0)
            await CheckCombosAsync(connection, query, user, cancellationToken);
        if (user.Units is { } units && query.OrgUnits.Count > 0)
            await CheckUnitsAsync(connection, query, [.. units, .. user.ViewUnits], cancellationToken);
    }

    private static async Task CheckDataSetsAsync(DbConnection connection, ExportQuery query, UserScope user, CancellationToken cancellationToken)
    {
        var sets = await connection.ListAsync(
            $"select uid, {Sharing.Sql} from object where type = 'dataSets' and list_contains($uids, uid)",
            row => (Uid: row.GetString(0), Sharing: Sharing.Parse(row.GetFieldValue<List<string?>>(1))), cancellationToken, ("uids", query.DataSets.ToList()));
        var hidden = sets.Where(s => s.Sharing is { } sharing && !sharing.CanRead(user)).Select(s => s.Uid).ToList();
        if (hidden.Count > 0)
            throw ExportQuery.Refused("E2010", $"User is not allowed to read data for data set(s): `{string.Join(", ", hidden)}`");
    }

    private static async Task CheckCombosAsync(DbConnection connection, ExportQuery query, UserScope user, CancellationToken cancellationToken)
    {
        var options = await connection.ListAsync(
            $"""
            select c.uid, {Sharing.Sql} from categoryoptioncombo c join categoryoptioncombos_categoryoptions x using (categoryoptioncomboid)
            join dataelementcategoryoption o using (categoryoptionid) join object j on j.type = 'categoryOptions' and j.uid = o.uid
            where list_contains($uids, c.uid)
            """,
            row => (Uid: row.GetString(0), Sharing: Sharing.Parse(row.GetFieldValue<List<string?>>(1))), cancellationToken,
            ("uids", query.AttributeOptionCombos.ToList()));
        var hidden = options.Where(o => o.Sharing is { } sharing && !sharing.CanRead(user)).Select(o => o.Uid).Distinct().ToList();
        if (hidden.Count > 0)
            throw ExportQuery.Refused("E2011", $"User is not allowed to read data for attribute option combo(s): `{string.Join(", ", hidden)}`");
    }

    private static async Task CheckUnitsAsync(DbConnection connection, ExportQuery query, List<string> visible, CancellationToken cancellationToken)
    {
        var hidden = await connection.ListAsync(
            """
            select uid from organisationunit where list_contains($uids, uid)
                and not list_has_any(string_split(coalesce(path, uid), '/'), $visible)
            """,
            row => row.GetString(0), cancellationToken, ("uids", query.OrgUnits.ToList()), ("visible", visible));
        if (hidden.Count > 0)
            throw ExportQuery.Refused("E2012", $"User is not allowed to view org unit(s): `{string.Join(", ", hidden)}`");
    }
}
