using System.Data.Common;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>What data was approved, and so takes no more entries. An approval at a unit is of all units below it.</summary>
internal sealed class Approvals
{
    private readonly Dictionary<(long Workflow, long AttributeOptionCombo), List<(Period Period, HashSet<long> Units)>> _approved = [];
    private readonly Dictionary<(long, Period, long, long), bool> _known = [];

    /// <summary>Reads all approvals; null when there is none, as on most nodes.</summary>
    public static async Task<Approvals?> LoadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            """
            select v.workflowid, v.attributeoptioncomboid, p.iso, v.organisationunitid from dataapproval v join period p using (periodid) order by 1, 2, 3
            """,
            row => (Key: (row.GetInt64(0), row.GetInt64(1)), Iso: row.GetString(2), Unit: row.GetInt64(3)), cancellationToken);
        if (rows.Count == 0)
            return null;
        var approvals = new Approvals();
        foreach (var of in rows.GroupBy(r => r.Key))
            approvals._approved[of.Key] = [.. of.GroupBy(r => r.Iso).Select(g => (Period.Parse(g.Key), g.Select(r => r.Unit).ToHashSet()))];
        return approvals;
    }

    /// <summary>Whether data of the set is approved.</summary>
    public bool Cover(DataSetEntry set, Period period, long unit, long attributeOptionCombo, ImportLookups lookups)
    {
        if (set.Workflow is not { } workflow)
            return false;
        var key = (workflow, period, unit, attributeOptionCombo);
        if (!_known.TryGetValue(key, out var covered))
        {
            // A workflow may approve longer periods than the data set has.
            _known[key] = covered = _approved.TryGetValue((workflow, attributeOptionCombo), out var approved)
                && approved.Any(a => a.Period.Start <= period.Start && a.Period.End >= period.End && lookups.IsBelow(unit, a.Units));
        }

        return covered;
    }
}
