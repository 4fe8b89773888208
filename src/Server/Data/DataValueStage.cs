using System.Text;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;
using Member = Dhis2Grpc.Server.Data.DataValueSetDocument;

namespace Dhis2Grpc.Server.Data;

/// <summary>Checks the entries of a document, turns identifiers into keys, and loads what is sound into the staging table,
/// from where <see cref="DataValueMerge"/> takes it. Checks run in DHIS2's order, and the first kind that fails is reported.</summary>
internal sealed class DataValueStage : IFlatDocumentSink
{
    private readonly ImportLookups _lookups;
    private readonly PeriodLookup _periods;
    private readonly EntryConflicts _conflicts;
    private readonly IBulkLoad _load;
    private readonly DataValueSetHeader _expected;
    private readonly bool _deleting;
    private readonly EntryRules _rules;
    private readonly byte[]? _period;
    private readonly byte[]? _orgUnit;
    private readonly byte[]? _attributeOptionCombo;
    private readonly TextCache _texts = new();
    private int _index = -1;

    /// <summary>A stage for one reading of a document.</summary>
    public DataValueStage(ImportLookups lookups, PeriodLookup periods, ImportConflicts conflicts, IBulkLoad load, DataValueSetHeader header, bool deleting, EntryRules rules)
    {
        _lookups = lookups;
        _periods = periods;
        _conflicts = new EntryConflicts(conflicts, header);
        _load = load;
        _expected = header;
        _deleting = deleting;
        _rules = rules;
        _period = Bytes(header.Period);
        _orgUnit = Bytes(header.OrgUnit);
        _attributeOptionCombo = Bytes(header.AttributeOptionCombo);
    }

    /// <summary>What the document has said of itself so far.</summary>
    public DataValueSetHeader Seen { get; private set; } = new();

    /// <summary>Whether the document said more of itself after its values than was known before them, so that the values have to
    /// be read once more.</summary>
    public bool HeaderCameLate => _index >= 0 && Seen != _expected;

    /// <summary>Whether a value that is a file went by.</summary>
    public bool SawFiles { get; private set; }

    /// <inheritdoc/>
    public void Header(int member, string text) => Seen = Seen.With(member, text);

    /// <inheritdoc/>
    public bool Entry(FlatEntry entry)
    {
        _index++;
        _conflicts.Begin(_index, entry);
        var known = TryDataElement(entry, out var element)
            & TryPeriod(entry, out var period, out var span)
            & TryOrgUnit(entry, out var orgUnit)
            & TryOptionCombo(entry, Member.CategoryOptionCombo, null, "E7613", "Category option combo", out var category)
            & TryOptionCombo(entry, Member.AttributeOptionCombo, _attributeOptionCombo, "E7615", "Attribute option combo", out var attribute);
        if (!known || !TryTime(entry, Member.Created, out var created) || !TryTime(entry, Member.LastUpdated, out var updated)
            || !IsAccessible(category, attribute, orgUnit))
            return true;
        var value = entry[Member.Value];
        if (element.Type is ValueType.Boolean or ValueType.TrueOnly)
            value = ValueRules.NormaliseBoolean(value);
        if ((!_deleting && !IsSound(entry, element, value)) || !Agrees(entry, element, span, (orgUnit, category.Id, attribute.Id)) || !IsStoredBySound(entry)
            || !IsTaken(element, orgUnit, attribute, span))
            return true;

        _periods.Keep(period);
        SawFiles |= element.Type == ValueType.File;
        _load.Add(element.Id).Add(period).Add(orgUnit).Add(category.Id).Add(attribute.Id)
            .Add(entry.Has(Member.Value) ? _texts.Get(value) : null)
            .Add(entry.Has(Member.StoredBy) ? _texts.Get(entry[Member.StoredBy]) : null)
            .Add(created).Add(updated)
            .Add(entry.Text(Member.Comment))
            .Add(IsTrue(entry, Member.Followup) || IsTrue(entry, Member.FollowUp))
            .Add((int)WantOf(entry, element, value))
            .Add((int?)_index)
            .EndRow();
        return true;
    }

    private static StagedWant WantOf(FlatEntry entry, DataElementEntry element, ReadOnlySpan<byte> value) =>
        IsTrue(entry, Member.Deleted) ? StagedWant.Deleted
        : value.IsEmpty && !entry.Has(Member.Comment) ? StagedWant.Nothing
        : element.SkipsZeros && ValueRules.IsZero(value) ? StagedWant.Nothing
        : StagedWant.Value;

    private bool TryDataElement(FlatEntry entry, out DataElementEntry element) =>
        _lookups.DataElements.TryGet(entry[Member.DataElement], out element)
        || _conflicts.Add("E7610", Member.DataElement, entry[Member.DataElement], "Data element not found or not accessible");

    private bool TryPeriod(FlatEntry entry, out long id, out Period period)
    {
        var iso = entry.Has(Member.Period) ? entry[Member.Period] : _period;
        return _periods.TryGet(iso, out id, out period) || _conflicts.Add("E7611", Member.Period, iso, "Period not valid");
    }

    private bool TryOrgUnit(FlatEntry entry, out long id)
    {
        var orgUnit = entry.Has(Member.OrgUnit) ? entry[Member.OrgUnit] : _orgUnit;
        return _lookups.OrgUnits.TryGet(orgUnit, out id) || _conflicts.Add("E7612", Member.OrgUnit, orgUnit, "Organisation unit not found or not accessible");
    }

    private bool TryOptionCombo(FlatEntry entry, int member, byte[]? fallback, string code, string what, out OptionComboEntry found)
    {
        var combo = entry.Has(member) ? entry[member] : fallback;
        if (combo.IsEmpty)
        {
            found = _lookups.DefaultCombo;
            return true;
        }

        return _lookups.OptionCombos.TryGet(combo, out found) || _conflicts.Add(code, member, combo, $"{what} not found or not accessible for writing data");
    }

    private bool TryTime(FlatEntry entry, int member, out DateTime? time)
    {
        time = null;
        if (entry[member].IsEmpty)
            return true;
        if (!WireTime.TryParse(entry[member], out var parsed))
            return _conflicts.Add(null, member, entry[member], "Not a date");
        time = parsed;
        return true;
    }

    private bool IsAccessible(OptionComboEntry category, OptionComboEntry attribute, long orgUnit)
    {
        if (_rules.Access.RefusedOption(category) is { } option)
            return _conflicts.AddRefusedOption("E7614", Member.CategoryOptionCombo, option);
        if (_rules.Access.RefusedOption(attribute) is { } other)
            return _conflicts.AddRefusedOption("E7616", Member.AttributeOptionCombo, other);
        return _rules.Access.Covers(orgUnit) || _conflicts.AddOutside(_rules.Access.User.Uid);
    }

    private bool IsSound(FlatEntry entry, in DataElementEntry element, ReadOnlySpan<byte> value)
    {
        if (!entry.Has(Member.Value) && !entry.Has(Member.Comment) && !IsTrue(entry, Member.Deleted))
            return _conflicts.Add("E7618", Member.DataElement, entry[Member.DataElement], "Data value or comment not specified for data element", Member.Value);
        if (!value.IsEmpty && ValueRules.Problem(value, element.Type) is { } problem)
            return _conflicts.AddWrongValue(value, problem);
        if (entry[Member.Comment].Length > ValueRules.MaxLength)
            return _conflicts.Add("E7620", Member.Comment, entry[Member.Comment], "Invalid comment");
        if (element.OptionSet >= 0 && !value.IsEmpty && !_lookups.OptionSets.Has(element.OptionSet, value, element.Type == ValueType.MultiText))
            return _conflicts.Add("E7621", Member.DataElement, entry[Member.DataElement], "Data value is not a valid option of the data element option set", Member.Value);
        return true;
    }

    private bool IsStoredBySound(FlatEntry entry) =>
        entry[Member.StoredBy].Length <= 255 || _conflicts.Add("E7637", Member.StoredBy, entry[Member.StoredBy], "Invalid storedBy");

    private bool Agrees(FlatEntry entry, in DataElementEntry element, Period period, (long OrgUnit, long Category, long Attribute) keys)
    {
        if (_rules.Strict is not { } strict)
            return true;
        if (strict.Checks.HasFlag(StrictChecks.RequireCategoryOptionCombo) && entry[Member.CategoryOptionCombo].IsEmpty)
            return _conflicts.AddMissing("E7630", Member.CategoryOptionCombo, "Category option combo is required but is not specified");
        if (strict.Checks.HasFlag(StrictChecks.RequireAttributeOptionCombo) && entry[Member.AttributeOptionCombo].IsEmpty && _attributeOptionCombo is null)
            return _conflicts.AddMissing("E7631", Member.AttributeOptionCombo, "Attribute option combo is required but is not specified");
        if (!strict.Agree(element.Id, period))
            return _conflicts.AddDisagreement("E7632", Member.Period, "Period type of period: `{0}` not valid for data element: `{1}`");
        if (!strict.IsOfDataSet(element.Id))
            return _conflicts.AddNotOfDataSet(_expected.DataSet);
        if (!strict.Agree(StrictChecks.CategoryOptionCombos, element.Id, keys.Category))
            return _conflicts.AddDisagreement("E7634", Member.CategoryOptionCombo,
                "Category option combo: `{0}` must be part of category combo of data element: `{1}`");
        if (!strict.Agree(StrictChecks.AttributeOptionCombos, element.Id, keys.Attribute))
            return _conflicts.AddDisagreement("E7635", Member.AttributeOptionCombo,
                "Attribute option combo: `{0}` must be part of category combo of data sets of data element: `{1}`");
        return strict.Agree(StrictChecks.OrganisationUnits, element.Id, keys.OrgUnit) || _conflicts.AddDisagreement("E7636", Member.OrgUnit,
            "Data element: `{1}` must be assigned through data sets to organisation unit: `{0}`");
    }

    private bool IsTaken(in DataElementEntry element, long orgUnit, OptionComboEntry attribute, Period period) =>
        _rules.Input.Find(element, orgUnit, attribute, period) is not { } fault || _conflicts.Add(fault);

    private static bool IsTrue(FlatEntry entry, int member) => entry[member].SequenceEqual("true"u8);

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}

/// <summary>The rules that entries are held to besides being sound.</summary>
/// <param name="Access">Where and for what the caller may enter data.</param>
/// <param name="Input">When and where data is taken.</param>
/// <param name="Strict">Agreement with data sets, when asked for.</param>
internal sealed record EntryRules(ImportAccess Access, InputRules Input, StrictRules? Strict);

/// <summary>What an entry wants of the row of its key.</summary>
internal enum StagedWant
{
    /// <summary>To hold the value.</summary>
    Value = 0,

    /// <summary>To hold the value and be marked deleted.</summary>
    Deleted = 1,

    /// <summary>Not to be there: the value is empty, or a zero that means nothing.</summary>
    Nothing = 2,
}
