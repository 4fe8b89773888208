using System.Data.Common;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data.Entry;

/// <summary>Whether a data set takes the entries that are for it: who enters them, what they name, and when they come. In DHIS2's
/// order, and the first kind that fails is the reason for all.</summary>
/// <param name="connection">The transaction, with the entries in the table of <see cref="EntryMerge"/>.</param>
/// <param name="lookups">Metadata.</param>
/// <param name="access">Where and for what the caller may enter data.</param>
/// <param name="options">What was asked for.</param>
/// <param name="caller">Who imports.</param>
/// <param name="today">Today.</param>
internal sealed class EntryChecks(DbConnection connection, ImportLookups lookups, ImportAccess access, DataImportOptions options, User caller, DateOnly today)
{
    private const string Ours = $"(select * from {EntryMerge.Stage} where datasetid = $set) s";

    private readonly EntryTimes _times = new(connection, lookups, caller, today);

    /// <summary>Why the set takes nothing; null when it takes what is sound.</summary>
    public async Task<EntryFault?> FindAsync(DataSetEntry set, EntryStage stage, CancellationToken cancellationToken)
    {
        var fault = await AccessAsync(set, stage, cancellationToken) ?? await AgreementAsync(set, cancellationToken);
        if (fault is null && !(options.Force && access.User.IsSuper))
            fault = await _times.FindAsync(set, stage, cancellationToken);
        return fault ?? await RepeatedAsync(set, cancellationToken);
    }

    private async Task<EntryFault?> AccessAsync(DataSetEntry set, EntryStage stage, CancellationToken cancellationToken)
    {
        if (access.User.IsSuper)
            return null;
        if (set.Sharing is { } sharing && !sharing.CanWrite(access.User))
            return EntryFault.Of("E8010", "Current user cannot enter data for data set: `{0}`", set.Uid);
        var units = await connection.ListAsync(
            $"select distinct o.organisationunitid, o.uid from {Ours} join organisationunit o on o.organisationunitid = s.sourceid order by 2",
            row => (Id: row.GetInt64(0), Uid: row.GetString(1)), cancellationToken, ("set", set.Id));
        if (units.Where(u => !access.Covers(u.Id)).Select(u => u.Uid).ToList() is { Count: > 0 } outside)
            return EntryFault.Of("E8011", "Current user cannot enter data for org unit(s): `{0}`", EntryFault.List(outside));
        var combos = await connection.ListAsync(
            $"select categoryoptioncomboid from {Ours} union select attributeoptioncomboid from {Ours}", row => row.GetInt64(0), cancellationToken, ("set", set.Id));
        var refused = combos.Select(id => access.RefusedOption(stage.Combos[id])).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        return refused.Count == 0 ? null : EntryFault.Of("E8012", "Current user cannot enter data for category option(s): `{0}`", EntryFault.List(refused));
    }

    private async Task<EntryFault?> AgreementAsync(DataSetEntry set, CancellationToken cancellationToken)
    {
        var wrong = await TextsAsync(
            """
            join dataelement x on x.dataelementid = s.dataelementid
            where not exists (select 1 from datasetelement m where m.datasetid = $set and m.dataelementid = s.dataelementid)
            """);
        if (wrong is not null)
            return EntryFault.Of("E8020", "Data set {0} not usable with data element(s): `{1}`", set.Uid, wrong);
        wrong = await TextsAsync(
            """
            join organisationunit x on x.organisationunitid = s.sourceid
            where not exists (select 1 from datasetsource m where m.datasetid = $set and m.sourceid = s.sourceid)
            """);
        if (wrong is not null)
            return EntryFault.Of("E8022", "Data set {0} not usable with org unit(s): `{1}`", set.Uid, wrong);
        wrong = await TextsAsync(
            "join period x on x.periodid = s.periodid where x.periodtypeid <> (select periodtypeid from dataset where datasetid = $set)", "x.iso");
        if (wrong is not null)
            return EntryFault.Of("E8021", "Data set {0} not usable with period(s): `{1}`", set.Uid, wrong);
        wrong = await TextsAsync(
            """
            join categoryoptioncombo x on x.categoryoptioncomboid = s.attributeoptioncomboid
            where not exists (select 1 from dataset m join categorycombos_optioncombos l using (categorycomboid)
                where m.datasetid = $set and l.categoryoptioncomboid = s.attributeoptioncomboid)
            """);
        if (wrong is not null)
            return EntryFault.Of("E8023", "Data set {0} not usable with attribute option combo(s): `{1}`", set.Uid, wrong);
        return await CombosAsync(set, cancellationToken) ?? await PlacesAsync(set, cancellationToken);

        async Task<string?> TextsAsync(string joined, string text = "x.uid") =>
            await connection.ListAsync($"select distinct {text} from {Ours} {joined} order by 1", row => row.GetString(0), cancellationToken, ("set", set.Id))
                is { Count: > 0 } found ? EntryFault.List(found) : null;
    }

    private async Task<EntryFault?> CombosAsync(DataSetEntry set, CancellationToken cancellationToken)
    {
        var wrong = await connection.ListAsync(
            $"""
            select e.uid, list(distinct c.uid order by c.uid) from {Ours}
            join dataelement e on e.dataelementid = s.dataelementid join categoryoptioncombo c on c.categoryoptioncomboid = s.categoryoptioncomboid
            left join datasetelement m on m.datasetid = $set and m.dataelementid = s.dataelementid
            left join categorycombos_optioncombos l
                on l.categoryoptioncomboid = s.categoryoptioncomboid and l.categorycomboid = coalesce(m.categorycomboid, e.categorycomboid)
            where l.categoryoptioncomboid is null group by 1 order by 1 limit 1
            """,
            row => (Element: row.GetString(0), Combos: row.GetFieldValue<List<string>>(1)), cancellationToken, ("set", set.Id));
        return wrong is not [var (element, combos)] ? null : EntryFault.Of("E8024",
            "Data set {0} + data element {1} not usable with category option combo(s): `{2}`", set.Uid, element, EntryFault.List(combos));
    }

    // Each option of the combo that is limited to units must cover the unit.
    private async Task<EntryFault?> PlacesAsync(DataSetEntry set, CancellationToken cancellationToken)
    {
        var wrong = await connection.ListAsync(
            $"""
            with used as (select distinct attributeoptioncomboid as combo, sourceid from {Ours}),
            limited as (
                select distinct u.combo, u.sourceid, x.categoryoptionid from used u
                join categoryoptioncombos_categoryoptions x on x.categoryoptioncomboid = u.combo
                join categoryoption_organisationunits y on y.categoryoptionid = x.categoryoptionid),
            covered as (
                select distinct l.combo, l.sourceid, l.categoryoptionid from limited l join organisationunit o on o.organisationunitid = l.sourceid
                join categoryoption_organisationunits y on y.categoryoptionid = l.categoryoptionid
                join organisationunit a on a.organisationunitid = y.organisationunitid
                where o.path = a.path or starts_with(o.path, a.path || '/'))
            select c.uid, list(distinct o.uid order by o.uid) from (select * from limited except select * from covered) l
            join categoryoptioncombo c on c.categoryoptioncomboid = l.combo join organisationunit o on o.organisationunitid = l.sourceid
            group by 1 order by 1 limit 1
            """,
            row => (Combo: row.GetString(0), Units: row.GetFieldValue<List<string>>(1)), cancellationToken, ("set", set.Id));
        if (wrong is [var (combo, units)])
            return EntryFault.Of("E8025", "Attribute option combo {0} not usable with org unit(s): `{1}`", combo, EntryFault.List(units));
        var closed = await connection.ListAsync(
            $"""
            select o.uid, list(distinct p.iso order by p.iso) from {Ours} join organisationunit o on o.organisationunitid = s.sourceid
            join period p on p.periodid = s.periodid where p.startdate < o.openingdate or p.startdate > o.closeddate group by 1 order by 1 limit 1
            """,
            row => (Unit: row.GetString(0), Periods: row.GetFieldValue<List<string>>(1)), cancellationToken, ("set", set.Id));
        return closed is not [var (unit, periods)] ? null
            : EntryFault.Of("E8031", "Untimely data entry for org unit {0} and period(s): `{1}`", unit, EntryFault.List(periods));
    }

    private async Task<EntryFault?> RepeatedAsync(DataSetEntry set, CancellationToken cancellationToken)
    {
        var repeated = await connection.ListAsync(
            $"""
            select list(s.position order by s.position), any_value(e.uid || ' ' || p.iso || ' ' || o.uid || ' ' || c.uid || ' ' || a.uid) from {Ours}
            join dataelement e on e.dataelementid = s.dataelementid join period p on p.periodid = s.periodid
            join organisationunit o on o.organisationunitid = s.sourceid join categoryoptioncombo c on c.categoryoptioncomboid = s.categoryoptioncomboid
            join categoryoptioncombo a on a.categoryoptioncomboid = s.attributeoptioncomboid
            group by s.dataelementid, s.periodid, s.sourceid, s.categoryoptioncomboid, s.attributeoptioncomboid
            having count(*) > 1 order by min(s.position) limit 1
            """,
            row => (Positions: row.GetFieldValue<List<int>>(0), Key: row.GetString(1)), cancellationToken, ("set", set.Id));
        return repeated is not [var (positions, key)] ? null
            : EntryFault.Of("E8128", "Value #{0} all affect the same data value: `{1}`", $"[{string.Join(", ", positions.Take(100))}]", key);
    }
}
