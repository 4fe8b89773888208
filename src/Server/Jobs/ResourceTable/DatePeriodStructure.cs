using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every calendar day of the years around the stored periods, with the period of each type that contains it.
/// DHIS2's fixed span of 75 years would be 27,700 rows, most of them never read.</summary>
internal sealed class DatePeriodStructure(TimeProvider time) : IResourceTable
{
    private const int Margin = 5;

    /// <inheritdoc/>
    public string Name => "_dateperiodstructure";

    /// <inheritdoc/>
    public async Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        await connection.ExecuteAsync($"create table {target} (dateperiod date, year integer{PeriodStructure.TypeColumns})", cancellationToken);
        var withData = await connection.ListAsync(
            "select distinct year from _periodstructure union select distinct date_part('year', enddate) from _periodstructure",
            r => Convert.ToInt32(r.GetValue(0), System.Globalization.CultureInfo.InvariantCulture),
            cancellationToken);
        if (withData.Count == 0)
            withData.Add(time.GetUtcNow().Year);

        // Years far from all others (a mistyped period) do not fill the table with what lies between.
        var years = new SortedSet<int>(withData.SelectMany(y => Enumerable.Range(y - Margin, 2 * Margin + 1)));
        // Days of the same period follow each other, so most identifiers are the previous day's. Not so pairs of weeks,
        // which overlap after a 53rd week.
        var current = new (Period Period, string Iso)[PeriodType.All.Count];
        using var load = write.Load(target);
        foreach (var year in years)
        {
            if (year is <= PeriodType.MinYear or >= PeriodType.MaxYear)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            var last = years.Contains(year + 1) ? new DateOnly(year, 12, 31) : new DateOnly(year + 1, 1, 1);
            for (var day = new DateOnly(year, 1, 1); day <= last; day = day.AddDays(1))
            {
                load.Add(day).Add(day.Year);
                for (var i = 0; i < current.Length; i++)
                {
                    var type = PeriodType.All[i];
                    if (current[i].Iso is null || !current[i].Period.Contains(day) || type == PeriodType.BiWeekly)
                    {
                        var period = type.Containing(day);
                        current[i] = (period, period.Iso);
                    }

                    load.Add(current[i].Iso);
                }

                load.EndRow();
            }
        }
    }
}
