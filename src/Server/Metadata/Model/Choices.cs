using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>DHIS2's enumerations.</summary>
internal static class Choices
{
    public static readonly FrozenSet<string> ValueTypes = Set(
        "NUMBER UNIT_INTERVAL PERCENTAGE INTEGER INTEGER_POSITIVE INTEGER_NEGATIVE INTEGER_ZERO_OR_POSITIVE BOOLEAN TRUE_ONLY DATE DATETIME AGE TEXT " +
        "LONG_TEXT LETTER TIME USERNAME EMAIL PHONE_NUMBER URL TRACKER_ASSOCIATE COORDINATE ORGANISATION_UNIT REFERENCE FILE_RESOURCE IMAGE GEOJSON MULTI_TEXT");

    public static readonly FrozenSet<string> AggregationTypes = Set(
        "SUM AVERAGE AVERAGE_SUM_ORG_UNIT LAST LAST_AVERAGE_ORG_UNIT LAST_LAST_ORG_UNIT LAST_IN_PERIOD LAST_IN_PERIOD_AVERAGE_ORG_UNIT FIRST " +
        "FIRST_AVERAGE_ORG_UNIT FIRST_FIRST_ORG_UNIT COUNT STDDEV VARIANCE MIN MAX NONE CUSTOM DEFAULT MIN_SUM_ORG_UNIT MAX_SUM_ORG_UNIT");

    public static readonly FrozenSet<string> DomainTypes = Set("AGGREGATE TRACKER");

    public static readonly FrozenSet<string> DataDimensionTypes = Set("DISAGGREGATION ATTRIBUTE");

    public static readonly FrozenSet<string> MissingValueStrategies = Set("SKIP_IF_ANY_VALUE_MISSING SKIP_IF_ALL_VALUES_MISSING NEVER_SKIP");

    public static readonly FrozenSet<string> Operators = Set(
        "equal_to not_equal_to greater_than greater_than_or_equal_to less_than less_than_or_equal_to compulsory_pair exclusive_pair");

    public static readonly FrozenSet<string> Importances = Set("HIGH MEDIUM LOW");

    public static readonly FrozenSet<string> ProgramTypes = Set("WITH_REGISTRATION WITHOUT_REGISTRATION");

    public static readonly FrozenSet<string> AnalyticsTypes = Set("EVENT ENROLLMENT");

    public static readonly FrozenSet<string> SendStrategies = Set("COLLECTIVE_SUMMARY SINGLE_NOTIFICATION");

    public static readonly FrozenSet<string> Descendants = Set("SELECTED DESCENDANTS");

    public static readonly FrozenSet<string> PeriodTypes = Set(
        "Daily Weekly WeeklyWednesday WeeklyThursday WeeklyFriday WeeklySaturday WeeklySunday BiWeekly Monthly BiMonthly Quarterly QuarterlyNov SixMonthly " +
        "SixMonthlyApril SixMonthlyNov Yearly FinancialFeb FinancialApril FinancialJuly FinancialAug FinancialSep FinancialOct FinancialNov");

    private static FrozenSet<string> Set(string names) => names.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
