namespace Dhis2Grpc.Benchmarks.Sample;

/// <summary>A seeded country as a national monthly reporting system has it: 1,300 org units on 4 levels, 200 data
/// elements, 12 category option combos, 60 months. The same rows at every run.</summary>
internal sealed class Country
{
    /// <summary>First year of the data.</summary>
    public const int FirstYear = 2019;

    /// <summary>Number of years.</summary>
    public const int Years = 5;

    // UIDs that the default objects have in every DHIS2 database.
    private const string DefaultCategory = "GLevLNI9wkl";
    private const string DefaultOption = "xYerKDKCefk";
    private const string DefaultOptionCombo = "HllvX50cXC0";

    private const int Districts = 13;
    private const int Chiefdoms = 150;
    private const int FacilityCount = 1136;

    public Country()
    {
        AddOrgUnits();
        AddCategories();
        AddDataElements();
        for (var month = 0; month < Years * 12; month++)
            Months.Add(new(5000 + month, new DateOnly(FirstYear + (month / 12), 1 + (month % 12), 1)));
        DataElementGroups = Groups("de", [5, 8]);
        OrgUnitGroups = Groups("ou", [4, 6]);
        CombosOf = CategoryOptionCombos.ToLookup(c => c.CategoryCombo);
        Facilities = [.. OrgUnits.Where(o => o.Level == 4)];
    }

    public List<OrgUnit> OrgUnits { get; } = [];

    public OrgUnit[] Facilities { get; }

    public List<Category> Categories { get; } = [];

    public List<CategoryOption> CategoryOptions { get; } = [];

    public List<CategoryOptionCombo> CategoryOptionCombos { get; } = [];

    public ILookup<int, CategoryOptionCombo> CombosOf { get; }

    public List<DataElement> DataElements { get; } = [];

    public List<Month> Months { get; } = [];

    public List<Group> DataElementGroups { get; }

    public List<Group> OrgUnitGroups { get; }

    /// <summary>The group of the set that an object is in.</summary>
    public static Group GroupOf(List<Group> groups, int set, long id)
    {
        var ofSet = groups.FindAll(g => g.Set == set);
        return ofSet[(int)(Dice.Roll(id, set, 3, 3, 5) % (ulong)ofSet.Count)];
    }

    private void AddOrgUnits()
    {
        var id = 1L;
        OrgUnit Add(string name, OrgUnit? parent)
        {
            var uid = Dice.Uid("ou", id);
            var unit = new OrgUnit(id++, uid, name, parent, (parent?.Level ?? 0) + 1, $"{parent?.Path}/{uid}");
            OrgUnits.Add(unit);
            return unit;
        }

        var country = Add("Country", null);
        var districts = Enumerable.Range(0, Districts).Select(i => Add($"District {i}", country)).ToArray();
        var chiefdoms = Enumerable.Range(0, Chiefdoms).Select(i => Add($"Chiefdom {i}", districts[i % Districts])).ToArray();
        for (var i = 0; i < FacilityCount; i++)
            Add($"Facility {i}", chiefdoms[i % Chiefdoms]);
    }

    private void AddCategories()
    {
        var names = new (string Category, bool Attribute, string[] Options)[]
        {
            ("default", false, ["default"]),
            ("Sex", false, ["Male", "Female"]),
            ("Age", false, ["<5y", "5-14y", "15y+"]),
            ("Project", true, ["Project A", "Project B", "Project C"]),
        };
        foreach (var (name, attribute, options) in names)
        {
            var uid = Categories.Count == 0 ? DefaultCategory : Dice.Uid("cat", Categories.Count + 1);
            var category = new Category(Categories.Count + 1, uid, name, attribute);
            Categories.Add(category);
            foreach (var option in options)
            {
                var id = CategoryOptions.Count + 1;
                CategoryOptions.Add(new(id, id == 1 ? DefaultOption : Dice.Uid("opt", id), option, category.Id));
            }
        }

        // Combos: 1 default, 2 sex, 3 sex and age, 4 project.
        var sexes = CategoryOptions.FindAll(o => o.Category == 2);
        var ages = CategoryOptions.FindAll(o => o.Category == 3);
        AddCombo(1, CategoryOptions[0]);
        sexes.ForEach(s => AddCombo(2, s));
        sexes.ForEach(s => ages.ForEach(a => AddCombo(3, s, a)));
        CategoryOptions.FindAll(o => o.Category == 4).ForEach(p => AddCombo(4, p));
    }

    private void AddCombo(int categoryCombo, params CategoryOption[] options)
    {
        var id = CategoryOptionCombos.Count + 1;
        var name = string.Join(", ", options.Select(o => o.Name));
        CategoryOptionCombos.Add(new(id, id == 1 ? DefaultOptionCombo : Dice.Uid("coc", id), name, categoryCombo, [.. options.Select(o => o.Id)]));
    }

    private void AddDataElements()
    {
        for (var i = 0; i < 200; i++)
        {
            var valueType = i switch
            {
                < 160 when i % 5 == 0 => "NUMBER",
                < 160 when i % 7 == 0 => "INTEGER",
                < 160 => "INTEGER_ZERO_OR_POSITIVE",
                < 175 => "BOOLEAN",
                < 180 => "TRUE_ONLY",
                < 190 => "TEXT",
                < 195 => "DATE",
                _ => "INTEGER",
            };
            DataElements.Add(new(1000 + i, Dice.Uid("de", 1000 + i), $"Data element {i}")
            {
                ValueType = valueType,
                DomainType = i >= 195 ? "TRACKER" : "AGGREGATE",
                AggregationType = i % 10 == 3 ? "AVERAGE" : i % 20 == 7 ? "LAST" : "SUM",
                CategoryCombo = i >= 160 ? 1 : (i % 4) switch { 0 => 3, 1 => 2, _ => 1 },
                ZeroIsSignificant = i % 9 == 0,
            });
        }
    }

    private static List<Group> Groups(string kind, int[] sizes)
    {
        var groups = new List<Group>();
        for (var set = 1; set <= sizes.Length; set++)
        {
            for (var i = 0; i < sizes[set - 1]; i++)
            {
                var id = groups.Count + 1;
                groups.Add(new(id, Dice.Uid(kind + "grp", id), $"{kind} group {id}", set, Dice.Uid(kind + "set", set)));
            }
        }

        return groups;
    }
}

/// <summary>An org unit.</summary>
internal sealed record OrgUnit(long Id, string Uid, string Name, OrgUnit? Parent, int Level, string Path);

/// <summary>A category; an attribute category disaggregates whole reports.</summary>
internal sealed record Category(int Id, string Uid, string Name, bool IsAttribute);

/// <summary>A category option and its category.</summary>
internal sealed record CategoryOption(int Id, string Uid, string Name, int Category);

/// <summary>A category option combo, its category combo and options.</summary>
internal sealed record CategoryOptionCombo(int Id, string Uid, string Name, int CategoryCombo, int[] Options);

/// <summary>A month as a period.</summary>
internal sealed record Month(long Id, DateOnly Start)
{
    /// <summary>Last day.</summary>
    public DateOnly End => Start.AddMonths(1).AddDays(-1);

    /// <summary>Period identifier.</summary>
    public string Iso => Start.ToString("yyyyMM", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A group, its set, and the set's UID.</summary>
internal sealed record Group(int Id, string Uid, string Name, int Set, string SetUid);

/// <summary>A data element.</summary>
internal sealed record DataElement(long Id, string Uid, string Name)
{
    public required string ValueType { get; init; }

    public required string DomainType { get; init; }

    public required string AggregationType { get; init; }

    public required int CategoryCombo { get; init; }

    public required bool ZeroIsSignificant { get; init; }
}
