using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every stored, valid period with the identifiers of the periods, of its own type and of all longer ones,
/// that it counts to.</summary>
internal sealed class PeriodStructure : IResourceTable
{
    /// <summary>A column per period type, in DHIS2's order, with a comma before each.</summary>
    public static string TypeColumns { get; } = string.Concat(PeriodType.All.Select(t => $", {t.Column} varchar"));

    /// <inheritdoc/>
    public string Name => "_periodstructure";

    /// <inheritdoc/>
    public async Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        await connection.ExecuteAsync(
            $"create table {target} (periodid bigint, iso varchar, daysno integer, startdate date, enddate date, year integer{TypeColumns})",
            cancellationToken);
        var stored = await connection.ListAsync(
            "select periodid, pt.name, startdate, enddate from period join periodtype pt using (periodtypeid) order by periodid",
            r => (Id: r.GetInt64(0), Type: r.GetString(1), Start: r.GetFieldValue<DateOnly>(2), End: r.GetFieldValue<DateOnly>(3)),
            cancellationToken);

        var seen = new HashSet<string>();
        using var load = write.Load(target);
        foreach (var (id, typeName, start, end) in stored)
        {
            if (!PeriodType.TryGet(typeName, out var type) || (end <= start && type != PeriodType.Daily))
                continue;
            var period = new Period(type, start, end);
            if (!seen.Add(period.Iso))
                continue;
            load.Add(id).Add(period.Iso).Add(period.Days).Add(start).Add(end).Add(period.ReferenceDay.Year);
            foreach (var column in PeriodType.All)
                load.Add(IdentifierIn(column, period));
            load.EndRow();
        }
    }

    private static string? IdentifierIn(PeriodType type, Period period)
    {
        if (type == period.Type)
            return period.Iso;
        return type.FrequencyOrder > period.Type.FrequencyOrder ? type.Containing(period.ReferenceDay).Iso : null;
    }
}
