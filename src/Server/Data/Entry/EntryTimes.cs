using System.Data.Common;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data.Entry;

/// <summary>Whether a data set takes entries now: its periods, approval, and the days of attribute option combos.</summary>
/// <param name="connection">The transaction, with the entries in the table of <see cref="EntryMerge"/>.</param>
/// <param name="lookups">Metadata.</param>
/// <param name="caller">Who imports.</param>
/// <param name="today">Today.</param>
internal sealed class EntryTimes(DbConnection connection, ImportLookups lookups, User caller, DateOnly today)
{
    private const string Ours = $"(select * from {EntryMerge.Stage} where datasetid = $set) s";

    /// <summary>Why the set takes nothing; null when it does.</summary>
    public async Task<EntryFault?> FindAsync(DataSetEntry set, EntryStage stage, CancellationToken cancellationToken)
    {
        var used = await connection.ListAsync(
            $"select distinct s.attributeoptioncomboid, p.iso from {Ours} join period p on p.periodid = s.periodid order by 2",
            row => (Combo: stage.Combos[row.GetInt64(0)], Period: Period.Parse(row.GetString(1))), cancellationToken, ("set", set.Id));
        var closed = used.Select(u => u.Period).Distinct().Where(p => !IsOpen(set, p)).Select(p => p.Iso).ToList();
        if (closed.Count > 0)
            return EntryFault.Of("E8030", "Untimely data entry for data set {0} and period(s): `{1}`", set.Uid, EntryFault.List(closed));
        if (await ApprovedAsync(set, cancellationToken) is { } approved)
            return approved;
        var late = used.Where(u => !IsWithin(u.Combo, u.Period, set)).GroupBy(u => u.Combo.Id).FirstOrDefault();
        return late is null ? null : EntryFault.Of("E8032", "Untimely data entry for attribute option combo {0} and period(s): `{1}`",
            await UidAsync(late.Key, cancellationToken), EntryFault.List(late.Select(u => u.Period.Iso)));
    }

    // Periods that are listed are open when the list says so; otherwise expiry and future periods count.
    private bool IsOpen(DataSetEntry set, Period period)
    {
        if (set.InputPeriods.Count > 0)
            return set.InputPeriods.Any(p => p.Takes(period, today));
        return caller.Has(Authorities.EditExpired) || (!set.IsExpired(period, today) && period.End <= set.LatestOpen(today).End);
    }

    private static bool IsWithin(OptionComboEntry combo, Period period, DataSetEntry set) =>
        !(combo.Opens > period.Start) && !(InputRules.LastDay(combo, [set]) < period.End);

    private async Task<EntryFault?> ApprovedAsync(DataSetEntry set, CancellationToken cancellationToken)
    {
        if (set.Workflow is null || await Approvals.LoadAsync(connection, cancellationToken) is not { } approvals)
            return null;
        var used = await connection.ListAsync(
            $"""
            select distinct s.attributeoptioncomboid, a.uid, s.sourceid, o.uid, p.iso from {Ours}
            join categoryoptioncombo a on a.categoryoptioncomboid = s.attributeoptioncomboid
            join organisationunit o on o.organisationunitid = s.sourceid join period p on p.periodid = s.periodid order by 2, 4, 5
            """,
            row => (Combo: row.GetInt64(0), ComboUid: row.GetString(1), Unit: row.GetInt64(2), UnitUid: row.GetString(3), Period: Period.Parse(row.GetString(4))),
            cancellationToken, ("set", set.Id));
        var approved = used.Where(u => approvals.Cover(set, u.Period, u.Unit, u.Combo, lookups)).GroupBy(u => (u.ComboUid, u.UnitUid)).FirstOrDefault();
        return approved is null ? null : EntryFault.Of("E8033",
            "Untimely data entry (already approved) for attribute option combo {0}, org unit {1} and periods: `{2}`",
            approved.Key.ComboUid, approved.Key.UnitUid, EntryFault.List(approved.Select(u => u.Period.Iso)));
    }

    private async Task<string> UidAsync(long combo, CancellationToken cancellationToken) =>
        await connection.ScalarAsync<string>("select uid from categoryoptioncombo where categoryoptioncomboid = $id", cancellationToken, ("id", combo)) ?? "";
}
