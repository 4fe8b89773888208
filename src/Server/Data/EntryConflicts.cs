using System.Globalization;
using System.Text;
using Member = Dhis2Grpc.Server.Data.DataValueSetDocument;

namespace Dhis2Grpc.Server.Data;

/// <summary>Words the conflicts of the entry that is being looked at, as DHIS2 does. Every method returns false, the answer of
/// the check that failed.</summary>
internal sealed class EntryConflicts(ImportConflicts conflicts, DataValueSetHeader header)
{
    private const int Longest = 100;

    private FlatEntry _entry = null!;
    private int _index;

    private string DataElement => Shown(_entry[Member.DataElement]);

    /// <summary>Turns to the next entry.</summary>
    public void Begin(int index, FlatEntry entry) => (_index, _entry) = (index, entry);

    /// <summary>A member's value is unknown or wrong.</summary>
    public bool Add(string? code, int member, ReadOnlySpan<byte> value, string problem, int? property = null)
    {
        var shown = Shown(value);
        return Add(code, property ?? member, $"{problem}: `{shown}`", (ObjectOf(member), shown));
    }

    /// <summary>A value does not fit its data element's type.</summary>
    public bool AddWrongValue(ReadOnlySpan<byte> value, string problem) => Add("E7619", Member.Value,
        $"Value must match data element's `{DataElement}` type constraints: {problem}", ("dataElement", DataElement), ("value", Shown(value)));

    /// <summary>The caller may not use an option of the combo.</summary>
    public bool AddRefusedOption(string code, int member, string option)
    {
        var combo = ValueOf(member);
        var what = member == Member.CategoryOptionCombo ? "Category option combo" : "Attribute option combo";
        return Add(code, member, $"{what}: `{combo}` option not accessible: `{option}`", ("categoryOptionCombo", combo), ("categoryOption", option));
    }

    /// <summary>The caller does not capture data in the unit.</summary>
    public bool AddOutside(string user) => Add("E7617", Member.OrgUnit,
        $"Organisation unit: `{ValueOf(Member.OrgUnit)}` not in hierarchy of current user: `{user}`", ("organisationUnit", ValueOf(Member.OrgUnit)), ("user", user));

    /// <summary>A member that is asked for is missing.</summary>
    public bool AddMissing(string code, int member, string problem) => Add(code, member, problem, ("dataElement", DataElement));

    /// <summary>A member does not agree with the data element; {0} and {1} stand for the two.</summary>
    public bool AddDisagreement(string code, int member, string format)
    {
        var other = ValueOf(member);
        return Add(code, member, string.Format(CultureInfo.InvariantCulture, format, other, DataElement), (ObjectOf(member), other), ("dataElement", DataElement));
    }

    /// <summary>The data element is of no such data set.</summary>
    public bool AddNotOfDataSet(string? dataSet) => Add("E7633", Member.DataElement,
        $"Data element: `{DataElement}` is not part of dataset(s): `{dataSet}`", ("dataElement", DataElement), ("dataSet", dataSet ?? ""));

    /// <summary>The value is not taken there or now.</summary>
    public bool Add(InputFault fault)
    {
        var (period, unit, combo, set) = (ValueOf(Member.Period), ValueOf(Member.OrgUnit), ValueOf(Member.AttributeOptionCombo), fault.DataSet ?? "");
        return fault.Code switch
        {
            "E7638" => Add(fault.Code, Member.Period, $"Period: `{period}` is not within date range of attribute option combo: `{combo}`",
                ("period", period), ("categoryOptionCombo", combo)),
            "E7639" => Add(fault.Code, Member.OrgUnit, $"Organisation unit: `{unit}` is not valid for attribute option combo: `{combo}`",
                ("organisationUnit", unit), ("categoryOptionCombo", combo)),
            "E7640" => Add(fault.Code, Member.Period, $"Current date is past expiry days for period: `{period}` and data set: `{set}`",
                ("period", period), ("dataSet", set)),
            "E7641" => Add(fault.Code, Member.Period,
                $"Period: `{period}` is after latest open future period: `{fault.Latest}` for data element: `{DataElement}` and data set: `{set}`",
                ("period", period), ("dataElement", DataElement), ("dataSet", set)),
            "E7642" => Add(fault.Code, Member.OrgUnit,
                $"Data is already approved for data set: `{set}` period: `{period}` organisation unit: `{unit}` attribute option combo: `{combo}`",
                ("dataSet", set), ("period", period), ("organisationUnit", unit), ("categoryOptionCombo", combo)),
            "E7643" => Add(fault.Code, Member.Period, $"Period: `{period}` is not open for this data set at this time: `{set}`",
                ("period", period), ("dataSet", set)),
            _ => Add(fault.Code, Member.Period, $"Period: `{period}` does not conform to the open periods of associated data sets", ("period", period)),
        };
    }

    private bool Add(string? code, int property, string text, params ReadOnlySpan<(string Member, string Value)> objects)
    {
        conflicts.Add(_index, code, Member.Shape.MemberName(property), text, objects);
        return false;
    }

    private string ValueOf(int member) => _entry.Has(member) ? Shown(_entry[member]) : member switch
    {
        Member.Period => header.Period,
        Member.OrgUnit => header.OrgUnit,
        Member.AttributeOptionCombo => header.AttributeOptionCombo ?? ImportLookups.DefaultOptionCombo,
        Member.CategoryOptionCombo => ImportLookups.DefaultOptionCombo,
        _ => null,
    } ?? "";

    // DHIS2 names the objects by their kind.
    private static string ObjectOf(int member) => member switch
    {
        Member.OrgUnit => "organisationUnit",
        Member.AttributeOptionCombo => "categoryOptionCombo",
        _ => Member.Shape.MemberName(member),
    };

    private static string Shown(ReadOnlySpan<byte> value) =>
        value.Length <= Longest ? Encoding.UTF8.GetString(value) : Encoding.UTF8.GetString(value[..Longest]) + "...";
}
