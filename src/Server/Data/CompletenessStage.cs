using System.Text;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;
using Member = Dhis2Grpc.Server.Data.CompletenessDocument;

namespace Dhis2Grpc.Server.Data;

/// <summary>Checks registrations and loads what is sound into the staging table of <see cref="CompletenessMerge"/>. As in DHIS2
/// the first fault of an entry is the one that is reported.</summary>
internal sealed class CompletenessStage(
    ImportLookups lookups, PeriodLookup periods, ImportAccess access, CompletenessRules rules, ImportConflicts conflicts, IBulkLoad load) : IFlatDocumentSink
{
    private readonly StrictChecks _strict = rules.Strict;
    private int _index = -1;

    void IFlatDocumentSink.Header(int member, string text)
    {
    }

    /// <inheritdoc/>
    public bool Entry(FlatEntry entry)
    {
        _index++;
        var attribute = lookups.DefaultCombo;
        long unit = 0, period = 0;
        Period span = default;
        DateTime? date = null, updated = null;
        var sound = (lookups.DataSets.TryGet(entry[Member.DataSet], out var dataSet) || Unknown(entry, Member.DataSet, "Data set not found or not accessible"))
            && (periods.TryGet(entry[Member.Period], out period, out span) || Unknown(entry, Member.Period, "Period not valid"))
            && (lookups.OrgUnits.TryGet(entry[Member.OrganisationUnit], out unit)
                || Unknown(entry, Member.OrganisationUnit, "Organisation unit not found or not accessible"))
            && (entry[Member.AttributeOptionCombo].IsEmpty
                ? !_strict.HasFlag(StrictChecks.RequireAttributeOptionCombo) || Fault("Attribute option combo", "Attribute option combo is required but is not specified")
                : lookups.OptionCombos.TryGet(entry[Member.AttributeOptionCombo], out attribute)
                    || Unknown(entry, Member.AttributeOptionCombo, "Attribute option combo not found or not accessible"))
            && IsAllowed(entry, dataSet, unit, attribute, span)
            && TryTime(entry, Member.Date, out date) && TryTime(entry, Member.LastUpdated, out updated)
            && IsShort(entry, Member.StoredBy) && IsShort(entry, Member.LastUpdatedBy);
        if (!sound)
            return true;
        periods.Keep(period);
        load.Add(dataSet!.Id).Add(period).Add(unit).Add(attribute.Id).Add(date).Add(entry.Text(Member.StoredBy)).Add(entry.Text(Member.LastUpdatedBy))
            .Add(updated).Add((bool?)!entry[Member.Completed].SequenceEqual("false"u8)).Add((int?)_index).EndRow();
        return true;
    }

    private bool IsAllowed(FlatEntry entry, DataSetEntry dataSet, long unit, OptionComboEntry attribute, Period period)
    {
        var orgUnit = Shown(entry, Member.OrganisationUnit);
        var combo = entry.Text(Member.AttributeOptionCombo) ?? ImportLookups.DefaultOptionCombo;
        if (!access.Covers(unit))
            return Fault(orgUnit, $"Organisation unit is not in hierarchy of user: {access.User.Uid}");
        if (_strict.HasFlag(StrictChecks.AttributeOptionCombos) && attribute.CategoryCombo != dataSet.CategoryCombo)
            return Fault(combo, $"Attribute option combo: {combo} must have the category combo of data set: {dataSet.Uid}");
        if (attribute.Opens > period.End || InputRules.LastDay(attribute, [dataSet]) < period.Start)
            return Fault(orgUnit, $"Period: {period.Iso} is not within range of attribute option combo: {combo}");
        if (attribute.Units is { } units && !lookups.IsBelow(unit, units))
            return Fault(orgUnit, $"Organisation unit: {orgUnit} is not valid for attribute option combo {combo}");
        if (_strict.HasFlag(StrictChecks.Periods) && period.Type != dataSet.PeriodType)
            return Fault(period.Iso, $"Period type of period: {period.Iso} is not equal to the period type of data set: {dataSet.PeriodType}");
        if (!rules.IsReportedAt(dataSet.Id, unit))
            return Fault(dataSet.Uid, $"Data set {dataSet.Uid} is not assigned to organisation unit {orgUnit}");
        if (dataSet.Sharing is { } sharing && !sharing.CanWrite(access.User))
            return Fault("dataSet", $"User does not have write access for DataSet: {dataSet.Uid}");
        return access.RefusedOption(attribute) is not { } option || Fault("dataSet", $"User has no data write access for CategoryOption: {option}");
    }

    private bool TryTime(FlatEntry entry, int member, out DateTime? time)
    {
        time = WireTime.TryParse(entry[member], out var parsed) ? parsed : null;
        return time is not null || entry[member].IsEmpty || Unknown(entry, member, "Not a date");
    }

    private bool IsShort(FlatEntry entry, int member) =>
        entry[member].Length <= 255 || Fault(Member.Shape.MemberName(member), "stored_by_length_greater_than_max_length");

    private bool Unknown(FlatEntry entry, int member, string problem) => Fault(Shown(entry, member), $"{problem}: `{Shown(entry, member)}`");

    private bool Fault(string subject, string problem)
    {
        conflicts.AddPlain(_index, subject, problem);
        return false;
    }

    private static string Shown(FlatEntry entry, int member)
    {
        const int longest = 100;
        var text = entry[member];
        return Encoding.UTF8.GetString(text[..Math.Min(longest, text.Length)]);
    }
}
