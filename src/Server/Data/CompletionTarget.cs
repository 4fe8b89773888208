using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>What a data value set document completes: the data set, period and organisation unit of its header.</summary>
internal sealed record CompletionTarget
{
    private long DataSet { get; init; }

    private long? Period { get; init; }

    private long? OrgUnit { get; init; }

    private long AttributeOptionCombo { get; init; }

    private DateTime When { get; init; }

    /// <summary>The completion date as the document has it.</summary>
    public required string Date { get; init; }

    /// <summary>Checks the header. A conflict means that nothing of the document may be stored.</summary>
    /// <returns>What it completes; null when it completes nothing.</returns>
    public static CompletionTarget? Resolve(
        ImportLookups lookups, PeriodLookup periods, DataValueSetHeader header, UserScope user, DateOnly today, ImportConflicts conflicts, bool needsDataSet = false)
    {
        var dataSet = lookups.DataSets.TryGet(header.DataSet, out var set) ? set : null;
        if (!string.IsNullOrEmpty(header.DataSet) && dataSet is null)
            Missing("dataSet", header.DataSet, "E7600", "Data set not found or not accessible");
        if (dataSet?.Sharing is { } sharing && !sharing.CanWrite(user))
            Missing("dataSet", header.DataSet!, "E7601", "User does not have write access for DataSet");
        if (dataSet is null && needsDataSet && !conflicts.Any)
            conflicts.Add("E7602", "dataSet", "A valid dataset is required", ("dataSet", header.DataSet ?? ""));
        long? orgUnit = lookups.OrgUnits.TryGet(header.OrgUnit, out var unit) ? unit : null;
        if (!string.IsNullOrEmpty(header.OrgUnit) && orgUnit is null)
            Missing("orgUnit", header.OrgUnit, "E7603", "Org unit not found or not accessible");
        var combo = lookups.OptionCombos.TryGet(header.AttributeOptionCombo, out var found) ? found : null;
        if (!string.IsNullOrEmpty(header.AttributeOptionCombo) && combo is null)
            Missing("attributeOptionCombo", header.AttributeOptionCombo, "E7604", "Attribute option combo not found or not accessible");
        if (!TryDay(header.CompleteDate, today, out var day))
            Missing("completeDate", header.CompleteDate!, null, "Not a date");
        if (dataSet is null || conflicts.Any || day is not { } when)
            return null;
        long? period = header.Period is not null && periods.TryGet(Encoding.UTF8.GetBytes(header.Period), out var id, out _) ? id : null;
        if (period is { } needed && orgUnit is not null)
            periods.Keep(needed);
        return new CompletionTarget
        {
            DataSet = dataSet.Id,
            Period = period,
            OrgUnit = orgUnit,
            AttributeOptionCombo = (combo ?? lookups.DefaultCombo).Id,
            When = when.ToDateTime(default, DateTimeKind.Utc),
            Date = when.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };

        void Missing(string member, string value, string? code, string text) =>
            conflicts.Add(code, member, $"{text}: `{value}`", (member, value));
    }

    /// <summary>Whether period and organisation unit are known too; a conflict for each that is not.</summary>
    public bool IsWhole(ImportConflicts conflicts)
    {
        if (Period is null)
            conflicts.Add(null, "period", "A valid period must be provided to complete the data set", ("period", "Period"));
        if (OrgUnit is null)
            conflicts.Add(null, "orgUnit", "An organisation unit must be provided to complete the data set", ("orgUnit", "OrganisationUnit"));
        return Period is not null && OrgUnit is not null;
    }

    /// <summary>Loads the registration into the staging table of <see cref="CompletenessMerge"/>.</summary>
    public void Load(IBulkLoad load, string user, DateTime now) =>
        load.Add(DataSet).Add(Period).Add(OrgUnit).Add(AttributeOptionCombo).Add((DateTime?)When).Add(user).Add(user)
            .Add((DateTime?)now).Add((bool?)true).Add((int?)0).EndRow();

    // Besides a date DHIS2 takes true for today, and no day after today.
    private static bool TryDay(string? text, DateOnly today, out DateOnly? day)
    {
        day = null;
        if (string.IsNullOrEmpty(text) || text.Equals("false", StringComparison.OrdinalIgnoreCase))
            return true;
        if (text.Equals("true", StringComparison.OrdinalIgnoreCase))
            day = today;
        else if (WireTime.TryParse(Encoding.UTF8.GetBytes(text), out var time))
            day = DateOnly.FromDateTime(time) is var asked && asked > today ? today : asked;
        return day is not null;
    }
}
