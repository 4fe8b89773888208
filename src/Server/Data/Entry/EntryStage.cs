using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;
using Member = Dhis2Grpc.Server.Data.DataValueSetDocument;

namespace Dhis2Grpc.Server.Data.Entry;

/// <summary>Turns the entries of a document into keys and loads them into the table of <see cref="EntryMerge"/>, those with a wrong
/// value marked, since a data set looks at all entries before it looks at their values. What names nothing ends it.</summary>
internal sealed class EntryStage : IFlatDocumentSink
{
    private const int MaxComment = 5000;

    private readonly ImportLookups _lookups;
    private readonly PeriodLookup _periods;
    private readonly IdSchemes _schemes;
    private readonly IBulkLoad _load;
    private readonly DataValueSetHeader _expected;
    private readonly DataSetEntry? _named;
    private readonly bool _autoGroup;
    private readonly bool _deleting;
    private readonly byte[]? _period;
    private readonly byte[]? _orgUnit;
    private readonly byte[]? _attributeOptionCombo;
    private readonly TextCache _texts = new();
    private readonly Dictionary<long, (string Identifier, DataSetEntry[] Sets)> _elements = [];
    private readonly Dictionary<long, DataSetEntry> _grouped = [];
    private int _index = -1;

    /// <summary>A stage for one reading of a document.</summary>
    public EntryStage(ImportLookups lookups, PeriodLookup periods, IdSchemes schemes, IBulkLoad load, DataValueSetHeader header, DataImportOptions options,
        DataSetEntry? named)
    {
        (_lookups, _periods, _schemes, _load, _expected, _named) = (lookups, periods, schemes, load, header, named);
        _autoGroup = options.AutoGroup;
        _deleting = (header.Strategy ?? options.Strategy) == ImportStrategy.Delete;
        _period = Bytes(header.Period);
        _orgUnit = Bytes(header.OrgUnit);
        _attributeOptionCombo = Bytes(header.AttributeOptionCombo);
    }

    /// <summary>What the document has said of itself so far.</summary>
    public DataValueSetHeader Seen { get; private set; } = new();

    /// <summary>Whether the document said more of itself after its values than was known before them.</summary>
    public bool HeaderCameLate => _index >= 0 && Seen != _expected;

    /// <summary>Why nothing of the document is taken; null when there is no such reason.</summary>
    public EntryFault? Refusal { get; private set; }

    /// <summary>How many entries there are.</summary>
    public int Count => _index + 1;

    /// <summary>What is wrong with values, by position; those of the first only that are told.</summary>
    public Dictionary<int, EntryFault> Faults { get; } = [];

    /// <summary>The option combos that went by, by key.</summary>
    public Dictionary<long, OptionComboEntry> Combos { get; } = [];

    /// <summary>The one data set of all data elements; null when there are several or none.</summary>
    public DataSetEntry? SingleSet => _elements.Values.SelectMany(e => e.Sets).Distinct(ReferenceEqualityComparer.Instance).ToList() is [DataSetEntry one] ? one : null;

    /// <summary>The data sets that entries are for.</summary>
    public IEnumerable<DataSetEntry> Sets(DataSetEntry? named) => Count == 0 ? []
        : named is not null ? [named]
        : _autoGroup ? _grouped.Values
        : SingleSet is { } single ? [single] : [];

    /// <summary>Why the document is of no single data set.</summary>
    public EntryFault NoSingleSet()
    {
        List<string> sets = [.. _elements.Values.SelectMany(e => e.Sets).Select(s => s.Uid).Distinct()];
        return sets.Count > 0
            ? EntryFault.Of("E8002", "Data set detection failed, found multiple sets: `{0}`", EntryFault.List(sets))
            : NoSet(_elements.Values.Select(e => e.Identifier));
    }

    /// <inheritdoc/>
    public void Header(int member, string text) => Seen = Seen.With(member, text);

    /// <inheritdoc/>
    public bool Entry(FlatEntry entry)
    {
        _index++;
        // What the document says after its values may show that there was none.
        if (Refusal is not null)
            return true;
        if (!TryPeriod(entry, out var period) || !TryElement(entry, out var element) || !TryOrgUnit(entry, out var orgUnit)
            || !TryCombo(entry, Member.CategoryOptionCombo, null, ("E8108", "E8109"), out var category)
            || !TryCombo(entry, Member.AttributeOptionCombo, _attributeOptionCombo, ("E8110", "E8111"), out var attribute)
            || !TrySet(entry, element, out var set))
            return true;
        var deleted = _deleting || IsTrue(entry, Member.Deleted);
        var value = entry[Member.Value];
        if (element.Type is ValueType.Boolean or ValueType.TrueOnly)
            value = ValueRules.NormaliseBoolean(value);
        var fault = deleted ? null : Fault(entry, element, set, value);
        if (fault is not null && Faults.Count < ImportConflicts.MaxConflicts)
            Faults[_index] = fault;
        _periods.Keep(period);
        Combos.TryAdd(category.Id, category);
        Combos.TryAdd(attribute.Id, attribute);
        _load.Add(set?.Id).Add(element.Id).Add(period).Add(orgUnit).Add(category.Id).Add(attribute.Id)
            .Add(entry.Has(Member.Value) ? _texts.Get(value) : null).Add(entry.Text(Member.Comment))
            .Add(IsTrue(entry, Member.Followup) || IsTrue(entry, Member.FollowUp)).Add((bool?)deleted).Add((int?)_index).Add((bool?)(fault is not null))
            .EndRow();
        return true;
    }

    private bool TryPeriod(FlatEntry entry, out long id)
    {
        var iso = entry.Has(Member.Period) ? entry[Member.Period] : _period;
        return _periods.TryGet(iso, out id, out Period _) || Refuse("E8100", "period not defined in group or value", iso);
    }

    private bool TryElement(FlatEntry entry, out DataElementEntry element)
    {
        var identifier = entry[Member.DataElement];
        if (!_lookups.DataElements.TryGet(identifier, out element))
        {
            return identifier.IsEmpty ? Refuse("E8102", "data element not defined in group or value", identifier)
                : Named(_schemes.DataElement, identifier) ? Refuse("E8103", "data element not found", identifier)
                : Refuse("E8104", "data element UID not valid", identifier);
        }

        if (!_elements.ContainsKey(element.Id))
            _elements[element.Id] = (Encoding.UTF8.GetString(identifier), element.DataSets);
        return true;
    }

    private bool TryOrgUnit(FlatEntry entry, out long id)
    {
        var identifier = entry.Has(Member.OrgUnit) ? entry[Member.OrgUnit] : _orgUnit;
        return _lookups.OrgUnits.TryGet(identifier, out id)
            || (identifier.IsEmpty ? Refuse("E8105", "org unit not defined in group or value", identifier)
                : Named(_schemes.OrgUnit, identifier) ? Refuse("E8107", "org unit not found", identifier)
                : Refuse("E8106", "org unit UID is not valid", identifier));
    }

    private bool TryCombo(FlatEntry entry, int member, byte[]? fallback, (string Unknown, string Invalid) codes, out OptionComboEntry found)
    {
        var identifier = entry[member].IsEmpty ? fallback : entry[member];
        if (identifier.IsEmpty)
        {
            found = _lookups.DefaultCombo;
            return true;
        }

        var what = member == Member.CategoryOptionCombo ? "category option combo" : "attribute option combo";
        return _lookups.OptionCombos.TryGet(identifier, out found)
            || (Named(_schemes.CategoryOptionCombo, identifier) ? Refuse(codes.Unknown, $"{what} not found", identifier)
                : Refuse(codes.Invalid, $"{what} UID is not valid", identifier));
    }

    private bool TrySet(FlatEntry entry, in DataElementEntry element, out DataSetEntry? set)
    {
        set = _named;
        if (set is not null || !_autoGroup)
            return true;
        // DHIS2 takes the newest.
        set = element.DataSets.MaxBy(s => (s.Created, s.Id));
        if (set is null)
        {
            Refusal = NoSet([Encoding.UTF8.GetString(entry[Member.DataElement])]);
            return false;
        }

        _grouped.TryAdd(set.Id, set);
        return true;
    }

    private EntryFault? Fault(FlatEntry entry, in DataElementEntry element, DataSetEntry? set, ReadOnlySpan<byte> value)
    {
        var number = _index.ToString(CultureInfo.InvariantCulture);
        if (value.IsEmpty)
        {
            set ??= element.DataSets is [var only] ? only : null;
            var commented = set?.NoValueRequiresComment is true;
            if (!commented || entry[Member.Comment].IsEmpty)
            {
                return commented ? EntryFault.Of("E8121", "Value #{0} value or comment is required", number)
                    : EntryFault.Of("E8120", "Value #{0} value is required", number);
            }
        }
        else if (ValueRules.Problem(value, element.Type) is { } problem)
        {
            return EntryFault.Of("E8122", "Value #{0} value `{1}` is no valid {2}: {3}", number, Text(value), element.Type.ToString(), problem);
        }
        else if (element.OptionSet >= 0 && !_lookups.OptionSets.Has(element.OptionSet, value, element.Type == ValueType.MultiText))
        {
            return EntryFault.Of("E8123", "Value #{0} value `{1}` is no valid option for data element `{2}`", number, Text(value), Text(entry[Member.DataElement]));
        }

        return entry[Member.Comment].Length > MaxComment && Encoding.UTF8.GetCharCount(entry[Member.Comment]) > MaxComment
            ? EntryFault.Of("E8125", "Value #{0} comment too long (max {1} characters)", number, MaxComment.ToString(CultureInfo.InvariantCulture))
            : null;
    }

    private static EntryFault NoSet(IEnumerable<string> elements) =>
        EntryFault.Of("E8003", "Data set detection failed, found no set for data element(s): `{0}`", EntryFault.List(elements));

    /// <summary>Whether the identifier could name an object: any text can, but for a UID.</summary>
    private bool Named(IdScheme? own, ReadOnlySpan<byte> identifier) => _schemes.Of(own) != IdScheme.Uid || Uid.IsValid(Encoding.UTF8.GetString(identifier));

    private bool Refuse(string code, string problem, ReadOnlySpan<byte> value)
    {
        Refusal = EntryFault.Of(code, $"Value #{{0}} {problem}: `{{1}}`", _index.ToString(CultureInfo.InvariantCulture), Text(value));
        return false;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value[..Math.Min(value.Length, 200)]);

    private static bool IsTrue(FlatEntry entry, int member) => entry[member].SequenceEqual("true"u8);

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
