using System.Data.Common;
using System.Text;
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
    public static async Task<CompletionTarget?> ResolveAsync(DbConnection connection, ImportLookups lookups, DataValueSetHeader header,
        IdSchemes schemes, ImportConflicts conflicts, CancellationToken cancellationToken)
    {
        var dataSet = header.DataSet is null ? null : await FindDataSetAsync(connection, header, schemes, cancellationToken);
        if (header.DataSet is not null && dataSet is null)
            Missing("dataSet", header.DataSet, "E7600", "Data set not found or not accessible");
        var orgUnit = Find(lookups.OrgUnits, header.OrgUnit);
        if (!string.IsNullOrEmpty(header.OrgUnit) && orgUnit is null)
            Missing("orgUnit", header.OrgUnit, "E7603", "Org unit not found or not accessible");
        var combo = Find(lookups.OptionCombos, header.AttributeOptionCombo);
        if (!string.IsNullOrEmpty(header.AttributeOptionCombo) && combo is null)
            Missing("attributeOptionCombo", header.AttributeOptionCombo, "E7604", "Attribute option combo not found or not accessible");
        if (string.IsNullOrEmpty(header.CompleteDate))
            return null;
        var when = default(DateTime);
        if (!WireTime.TryParse(Encoding.UTF8.GetBytes(header.CompleteDate), out when))
            Missing("completeDate", header.CompleteDate, null, "Not a date");
        if (dataSet is null || conflicts.Any)
            return null;
        long? period = header.Period is not null && lookups.Periods.TryGet(Encoding.UTF8.GetBytes(header.Period), out var id, out _) ? id : null;
        if (period is { } needed && orgUnit is not null)
            lookups.Periods.Keep(needed);
        return new CompletionTarget
        {
            DataSet = dataSet.Value,
            Period = period,
            OrgUnit = orgUnit,
            AttributeOptionCombo = combo ?? lookups.DefaultOptionComboId,
            When = when,
            Date = header.CompleteDate,
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
            .Add((DateTime?)now).Add((bool?)true).EndRow();

    /// <summary>Key of the header's data set; null when there is none.</summary>
    public static Task<long?> FindDataSetAsync(DbConnection connection, DataValueSetHeader header, IdSchemes schemes,
        CancellationToken cancellationToken)
    {
        var asked = schemes.With(header.IdSchemes);
        return connection.ScalarAsync<long?>(
            $"select datasetid from dataset where {(asked.DataSet ?? asked.Any).Column()} = $id limit 1", cancellationToken, ("id", header.DataSet));
    }

    private static long? Find(LookupTable<long> table, string? identifier) =>
        !string.IsNullOrEmpty(identifier) && table.TryGet(Encoding.UTF8.GetBytes(identifier), out var id) ? id : null;
}
