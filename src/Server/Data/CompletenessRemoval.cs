using System.Data.Common;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Which registrations to take back.</summary>
/// <param name="DataSets">UIDs of data sets.</param>
/// <param name="Period">ISO period.</param>
/// <param name="OrgUnit">UID of the unit.</param>
/// <param name="CategoryCombo">UID of the category combo of the attribute option combo; empty for the default one.</param>
/// <param name="CategoryOptions">UIDs of its category options.</param>
/// <param name="WithChildren">The units right below too.</param>
internal sealed record RemovedRegistrations(
    IReadOnlyList<string> DataSets, string Period, string OrgUnit, string CategoryCombo, IReadOnlyList<string> CategoryOptions, bool WithChildren);

/// <summary>Takes back that data sets are complete. The rows stay, as not completed, so that a push can tell of it.</summary>
internal sealed class CompletenessRemoval(IWarehouse warehouse, ImportLookupCache cache, TimeProvider time)
{
    /// <summary>Takes registrations back; one that there is not is passed over.</summary>
    /// <exception cref="Dhis2Exception">Something named does not exist, a data set is past its expiry, or the caller may not
    /// write (Conflict).</exception>
    public async Task RemoveAsync(RemovedRegistrations asked, User caller, CancellationToken cancellationToken)
    {
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        var connection = write.Connection;
        var now = time.GetUtcNow().UtcDateTime;
        var lookups = await cache.GetAsync(connection, new IdSchemes(), cancellationToken);
        var user = await UserScope.LoadAsync(connection, caller, cancellationToken);
        var access = await ImportAccess.LoadAsync(connection, lookups, user, cancellationToken);
        if (!Period.TryParse(asked.Period, out var period))
            throw Refused($"Illegal period identifier: {asked.Period}");
        if (!lookups.OrgUnits.TryGet(asked.OrgUnit, out var unit))
            throw Refused($"Illegal organisation unit identifier: {asked.OrgUnit}");
        if (!access.Covers(unit))
            throw Refused($"Organisation unit is not in the hierarchy of the current user: `{asked.OrgUnit}`", "E2020");
        var sets = DataSets(asked, lookups, user, period, caller.Has(Authorities.EditExpired) ? null : DateOnly.FromDateTime(now));
        if (await ComboAsync(connection, asked, lookups, cancellationToken) is not { } combo)
            return;
        var changed = await connection.ScalarAsync<long>("select nextval('changesequence')", cancellationToken);
        await connection.ExecuteAsync(
            $"""
            update completedatasetregistration set completed = false,
                lastupdated = greatest($now, date_trunc('milliseconds', lastupdated) + interval 1 millisecond), lastupdatedby = $user, changed = $changed
            where completed and datasetid in ({ExportScope.List(sets)}) and attributeoptioncomboid = $combo
              and periodid in (select periodid from period where iso = $iso)
              and sourceid in (select organisationunitid from organisationunit where organisationunitid = $unit or ($children and parentid = $unit))
            """,
            cancellationToken, ("now", now), ("user", caller.Username), ("changed", changed), ("combo", combo), ("iso", period.Iso), ("unit", unit),
            ("children", asked.WithChildren));
        await write.CommitAsync(cancellationToken);
    }

    private static List<long> DataSets(RemovedRegistrations asked, ImportLookups lookups, UserScope user, Period period, DateOnly? today)
    {
        var found = asked.DataSets.Select(uid => lookups.DataSets.TryGet(uid, out var set) ? set : null).ToList();
        if (found.Count == 0 || found.Contains(null))
            throw Refused($"Illegal data set identifier in this list: [{string.Join(", ", asked.DataSets)}]");
        if (found.FirstOrDefault(s => s!.Sharing is { } sharing && !sharing.CanWrite(user)) is { } closed)
            throw Refused($"User does not have write access for DataSet: {closed.Uid}");
        var locked = found.Where(s => today is { } day && s!.IsExpired(period, day)).Select(s => s!.Uid).ToList();
        return locked.Count == 0 ? [.. found.Select(s => s!.Id)] : throw Refused($"Locked Data set(s) : {string.Join(", ", locked)}");
    }

    private static async Task<long?> ComboAsync(DbConnection connection, RemovedRegistrations asked, ImportLookups lookups, CancellationToken cancellationToken)
    {
        if (asked.CategoryCombo.Length == 0 && asked.CategoryOptions.Count == 0)
            return lookups.DefaultCombo.Id;
        if (asked.CategoryCombo.Length == 0 || asked.CategoryOptions.Count == 0)
            throw Refused("Both category combination and category options must be specified");
        return await connection.ScalarAsync<long?>(
            """
            select l.categoryoptioncomboid from categorycombos_optioncombos l join categorycombo c using (categorycomboid)
            join categoryoptioncombos_categoryoptions x using (categoryoptioncomboid) join dataelementcategoryoption o using (categoryoptionid)
            where c.uid = $combo group by 1 having count(*) = $count and count(*) filter (list_contains($options, o.uid)) = $count
            """,
            cancellationToken, ("combo", asked.CategoryCombo), ("options", asked.CategoryOptions.ToList()), ("count", (long)asked.CategoryOptions.Count));
    }

    private static Dhis2Exception Refused(string message, string code = "E1004") => new(ErrorKind.Conflict, message, code);
}
