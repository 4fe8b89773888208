using System.Text;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;
using Member = Dhis2Grpc.Server.Data.DataValueSetDocument;

namespace Dhis2Grpc.Server.Data;

/// <summary>Checks the entries of a document, turns identifiers into keys, and loads what is sound into the staging table,
/// from where <see cref="DataValueMerge"/> takes it.</summary>
internal sealed class DataValueStage : IFlatDocumentSink
{
    private readonly ImportLookups _lookups;
    private readonly ImportConflicts _conflicts;
    private readonly IBulkLoad _load;
    private readonly DataValueSetHeader _expected;
    private readonly bool _deleting;
    private readonly StrictRules? _strict;
    private readonly byte[]? _period;
    private readonly byte[]? _orgUnit;
    private readonly byte[]? _attributeOptionCombo;
    private readonly TextCache _texts = new();
    private int _index = -1;

    /// <summary>A stage for one reading of a document.</summary>
    public DataValueStage(ImportLookups lookups, ImportConflicts conflicts, IBulkLoad load, DataValueSetHeader header, ImportStrategy strategy,
        StrictRules? strict = null)
    {
        _strict = strict;
        _lookups = lookups;
        _conflicts = conflicts;
        _load = load;
        _expected = header;
        _deleting = strategy == ImportStrategy.Delete;
        _period = Bytes(header.Period);
        _orgUnit = Bytes(header.OrgUnit);
        _attributeOptionCombo = Bytes(header.AttributeOptionCombo);
    }

    /// <summary>What the document has said of itself so far.</summary>
    public DataValueSetHeader Seen { get; private set; } = new();

    /// <summary>Whether the document said more of itself after its values than was known before them, so that the values have to
    /// be read once more.</summary>
    public bool HeaderCameLate => _index >= 0 && Seen != _expected;

    /// <inheritdoc/>
    public void Header(int member, string text) => Seen = Seen.With(member, text);

    /// <inheritdoc/>
    public bool Entry(FlatEntry entry)
    {
        _index++;
        var known = TryDataElement(entry, out var element)
            & TryPeriod(entry, out var period, out var span)
            & TryOrgUnit(entry, out var orgUnit)
            & TryOptionCombo(entry, Member.CategoryOptionCombo, null, "E7613", "Category option combo", out var category)
            & TryOptionCombo(entry, Member.AttributeOptionCombo, _attributeOptionCombo, "E7615", "Attribute option combo", out var attribute);
        if (!known || !TryTime(entry, Member.Created, out var created) || !TryTime(entry, Member.LastUpdated, out var updated))
            return true;
        if (_strict is not null && !Agrees(_strict, entry, element, span, (orgUnit, category, attribute)))
            return true;
        var value = entry[Member.Value];
        if (element.Type is ValueType.Boolean or ValueType.TrueOnly)
            value = ValueRules.NormaliseBoolean(value);
        if (!_deleting && !IsSound(entry, element, value))
            return true;

        _lookups.Periods.Keep(period);
        _load.Add(element.Id).Add(period).Add(orgUnit).Add(category).Add(attribute)
            .Add(entry.Has(Member.Value) ? _texts.Get(value) : null)
            .Add(entry.Has(Member.StoredBy) ? _texts.Get(entry[Member.StoredBy]) : null)
            .Add(created).Add(updated)
            .Add(entry.Text(Member.Comment))
            .Add(IsTrue(entry, Member.Followup) || IsTrue(entry, Member.FollowUp))
            .Add((int)WantOf(entry, element, value))
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
        || Unknown(entry[Member.DataElement], Member.DataElement, "E7610", "Data element not found or not accessible");

    private bool TryPeriod(FlatEntry entry, out long id, out Period period)
    {
        var iso = entry.Has(Member.Period) ? entry[Member.Period] : _period;
        return _lookups.Periods.TryGet(iso, out id, out period) || Unknown(iso, Member.Period, "E7611", "Period not valid");
    }

    private bool TryOrgUnit(FlatEntry entry, out long id)
    {
        var orgUnit = entry.Has(Member.OrgUnit) ? entry[Member.OrgUnit] : _orgUnit;
        return _lookups.OrgUnits.TryGet(orgUnit, out id)
            || Unknown(orgUnit, Member.OrgUnit, "E7612", "Organisation unit not found or not accessible");
    }

    private bool TryOptionCombo(FlatEntry entry, int member, byte[]? fallback, string code, string what, out long id)
    {
        var combo = entry.Has(member) ? entry[member] : fallback;
        if (combo.IsEmpty)
        {
            id = _lookups.DefaultOptionComboId;
            return true;
        }
        return _lookups.OptionCombos.TryGet(combo, out id)
            || Unknown(combo, member, code, $"{what} not found or not accessible for writing data");
    }

    private bool TryTime(FlatEntry entry, int member, out DateTime? time)
    {
        time = null;
        if (entry[member].IsEmpty)
            return true;
        if (WireTime.TryParse(entry[member], out var parsed))
        {
            time = parsed;
            return true;
        }
        return Unknown(entry[member], member, null, "Not a date");
    }

    private bool IsSound(FlatEntry entry, DataElementEntry element, ReadOnlySpan<byte> value)
    {
        if (!entry.Has(Member.Value) && !entry.Has(Member.Comment) && !IsTrue(entry, Member.Deleted))
            return Unknown(entry[Member.DataElement], Member.DataElement, "E7618", "Data value or comment not specified for data element", Member.Value);
        if (!value.IsEmpty && ValueRules.Problem(value, element.Type) is { } problem)
        {
            var uid = Encoding.UTF8.GetString(entry[Member.DataElement]);
            _conflicts.Add(_index, "E7619", "value", $"Value must match data element's `{uid}` type constraints: {problem}",
                ("dataElement", uid), ("value", Shown(value)));
            return false;
        }
        if (element.OptionSet >= 0 && !value.IsEmpty && !_lookups.OptionSets.Has(element.OptionSet, value))
            return Unknown(entry[Member.DataElement], Member.DataElement, "E7621",
                "Data value is not a valid option of the data element option set", Member.Value);
        if (entry[Member.Comment].Length > ValueRules.MaxLength)
            return Unknown(entry[Member.Comment], Member.Comment, "E7620", "Invalid comment");
        return entry[Member.StoredBy].Length <= 255 || Unknown(entry[Member.StoredBy], Member.StoredBy, "E7637", "Invalid storedBy");
    }

    private bool Agrees(StrictRules strict, FlatEntry entry, DataElementEntry element, Period period,
        (long OrgUnit, long Category, long Attribute) keys)
    {
        if (strict.Checks.HasFlag(StrictChecks.RequireCategoryOptionCombo) && entry[Member.CategoryOptionCombo].IsEmpty)
            return Disagrees(entry, "E7630", "categoryOptionCombo", "Category option combo is required but is not specified", null);
        if (strict.Checks.HasFlag(StrictChecks.RequireAttributeOptionCombo) && entry[Member.AttributeOptionCombo].IsEmpty && _attributeOptionCombo is null)
            return Disagrees(entry, "E7631", "attributeOptionCombo", "Attribute option combo is required but is not specified", null);
        if (!strict.Agree(element.Id, period))
            return Disagrees(entry, "E7632", "period", "Period type of period is not valid for the data element", period.Iso);
        if (!strict.IsOfDataSet(element.Id))
            return Disagrees(entry, "E7633", "dataElement", "Data element is not part of the data set", _expected.DataSet);
        if (!strict.Agree(StrictChecks.CategoryOptionCombos, element.Id, keys.Category))
            return Disagrees(entry, "E7634", "categoryOptionCombo", "Category option combo must be part of the category combo of the data element",
                entry.Text(Member.CategoryOptionCombo) ?? ImportLookups.DefaultOptionCombo);
        if (!strict.Agree(StrictChecks.AttributeOptionCombos, element.Id, keys.Attribute))
            return Disagrees(entry, "E7635", "attributeOptionCombo",
                "Attribute option combo must be part of the category combo of a data set of the data element",
                entry.Text(Member.AttributeOptionCombo) ?? _expected.AttributeOptionCombo ?? ImportLookups.DefaultOptionCombo);
        return strict.Agree(StrictChecks.OrganisationUnits, element.Id, keys.OrgUnit) || Disagrees(entry, "E7636", "orgUnit",
            "Data element must be assigned through data sets to the organisation unit", entry.Text(Member.OrgUnit) ?? _expected.OrgUnit);
    }

    private bool Disagrees(FlatEntry entry, string code, string property, string problem, string? other)
    {
        var element = Shown(entry[Member.DataElement]);
        var text = other is null ? $"{problem}: `{element}`" : $"{problem}: `{element}`, `{other}`";
        _conflicts.Add(_index, code, property, text, ("dataElement", element), (property, other ?? element));
        return false;
    }

    private bool Unknown(ReadOnlySpan<byte> value, int member, string? code, string problem, int? property = null)
    {
        var shown = Shown(value);
        var name = DataValueSetDocument.Shape.MemberName(member);
        _conflicts.Add(_index, code, DataValueSetDocument.Shape.MemberName(property ?? member), $"{problem}: `{shown}`", (name, shown));
        return false;
    }

    private static string Shown(ReadOnlySpan<byte> value)
    {
        const int longest = 100;
        return value.Length <= longest ? Encoding.UTF8.GetString(value) : Encoding.UTF8.GetString(value[..longest]) + "...";
    }

    private static bool IsTrue(FlatEntry entry, int member) => entry[member].SequenceEqual("true"u8);

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}

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
