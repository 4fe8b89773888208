namespace Dhis2Grpc.Server.Analytics;

/// <summary>How values become one.</summary>
internal enum Aggregation
{
    /// <summary>Sum.</summary>
    Sum,

    /// <summary>Mean over periods and units; of booleans the percentage of days with yes.</summary>
    Average,

    /// <summary>Mean over time, each value weighing as many days as its period has; sum over units.</summary>
    AverageSumOrgUnit,

    /// <summary>Latest of each unit in the ten years up to the period's end; sum over units.</summary>
    Last,

    /// <summary>As <see cref="Last"/>, mean over units.</summary>
    LastAverageOrgUnit,

    /// <summary>As <see cref="Last"/>, that of the unit that reported last.</summary>
    LastLastOrgUnit,

    /// <summary>Latest of each unit within the period; sum over units.</summary>
    LastInPeriod,

    /// <summary>As <see cref="LastInPeriod"/>, mean over units.</summary>
    LastInPeriodAverageOrgUnit,

    /// <summary>Earliest of each unit in the ten years up to the period's end; sum over units.</summary>
    First,

    /// <summary>As <see cref="First"/>, mean over units.</summary>
    FirstAverageOrgUnit,

    /// <summary>As <see cref="First"/>, that of the unit that reported first.</summary>
    FirstFirstOrgUnit,

    /// <summary>Number of values.</summary>
    Count,

    /// <summary>Standard deviation of the sample.</summary>
    Stddev,

    /// <summary>Variance of the sample.</summary>
    Variance,

    /// <summary>Smallest.</summary>
    Min,

    /// <summary>Largest.</summary>
    Max,

    /// <summary>Not aggregated: every value is a row.</summary>
    None,
}

/// <summary>Names and properties of aggregations.</summary>
internal static class Aggregations
{
    /// <summary>Reads DHIS2's name, such as AVERAGE_SUM_ORG_UNIT.</summary>
    public static bool TryParse(string name, out Aggregation aggregation) =>
        Enum.TryParse(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out aggregation)
        && Enum.IsDefined(aggregation) && name.Length > 0 && char.IsLetter(name[0]);

    /// <summary>One value per unit is picked by time before units are put together.</summary>
    public static bool PicksByTime(this Aggregation aggregation) =>
        aggregation is >= Aggregation.Last and <= Aggregation.FirstFirstOrgUnit;

    /// <summary>The pick is the earliest.</summary>
    public static bool PicksFirst(this Aggregation aggregation) =>
        aggregation is Aggregation.First or Aggregation.FirstAverageOrgUnit or Aggregation.FirstFirstOrgUnit;

    /// <summary>The pick looks back ten years from the end of the period.</summary>
    public static bool LooksBack(this Aggregation aggregation) =>
        aggregation.PicksByTime() && aggregation is not (Aggregation.LastInPeriod or Aggregation.LastInPeriodAverageOrgUnit);
}
