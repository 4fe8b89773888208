namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>A country that does not exist, made from a seed: units on four levels, data elements with
/// disaggregations, groups, and the forms of its facilities over three years. The same seed, size and day give the
/// same country.</summary>
internal sealed class SampleCountry
{
    private const int Provinces = 13;
    private const int Districts = 150;
    private const int Facilities = 1_136;

    /// <summary>Builds the units. Values are not held: they come into being while they are written.</summary>
    /// <param name="seed">Which country.</param>
    /// <param name="size">1 for about 1,300 units and a million values; scales districts and facilities.</param>
    /// <param name="today">Data ends with the month and quarter before this day.</param>
    public SampleCountry(long seed, double size, DateOnly today)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Seed = seed;
        Elements = SampleElements.All(seed);
        Combos = SampleCombos.All(seed);
        Months = SamplePeriods.Months(today);
        Quarters = SamplePeriods.Quarters(today);
        Units = BuildUnits(seed, size);
    }

    /// <summary>Which country.</summary>
    public long Seed { get; }

    /// <summary>All units, parents before children.</summary>
    public IReadOnlyList<OrgUnit> Units { get; }

    /// <summary>The data elements.</summary>
    public IReadOnlyList<SampleElement> Elements { get; }

    /// <summary>Category option combos by disaggregation.</summary>
    public IReadOnlyDictionary<Disaggregation, IReadOnlyList<SampleCombo>> Combos { get; }

    /// <summary>The months that have data, oldest first.</summary>
    public IReadOnlyList<SamplePeriod> Months { get; }

    /// <summary>The quarters that have data, oldest first.</summary>
    public IReadOnlyList<SamplePeriod> Quarters { get; }

    /// <summary>The country itself.</summary>
    public OrgUnit Root => Units[0];

    /// <summary>UID of a data set.</summary>
    public string UidOf(SampleDataSet dataSet) => Seeded.Uid(Seed, "data set", (int)dataSet);

    /// <summary>The data element of a name.</summary>
    public SampleElement Element(string name) => Elements.Single(e => e.Name == name);

    /// <summary>Whether a facility sends in a form. Small health posts leave mothers and children to the next centre.</summary>
    public static bool Reports(OrgUnit unit, SampleDataSet dataSet) =>
        unit.Level == 4
        && (dataSet != SampleDataSet.MotherAndChild || unit.Tier != FacilityTier.HealthPost || unit.Number % 10 < 2);

    private static List<OrgUnit> BuildUnits(long seed, double size)
    {
        var facilities = Math.Max(8, (int)Math.Round(Facilities * size));
        var districts = Math.Max(4, (int)Math.Round(Districts * size));
        var provinces = Math.Clamp((int)Math.Round(Provinces * Math.Sqrt(Math.Min(1, size))), 2, districts / 2);
        var names = new PlaceNames(seed);
        var units = new List<OrgUnit>(1 + provinces + districts + facilities);
        Add(names.Next(), 1, null);
        for (var i = 0; i < provinces; i++)
            Add($"{names.Next()} Province", 2, 0);
        for (var i = 0; i < districts; i++)
            Add($"{names.Next()} District", 3, 1 + (i % provinces));
        for (var i = 0; i < facilities; i++)
            AddFacility(i, 1 + provinces + (i % districts));
        return units;

        void Add(string name, int level, int? parent) => units.Add(new(
            Seeded.Uid(seed, "org unit", units.Count), name, level, parent is { } p ? units[p].Uid : null,
            FacilityTier.None, 0, false, 1, units.Count));

        void AddFacility(int index, int parent)
        {
            var random = Seeded.Of(seed, "facility", index);
            // Only the first facility of a district may be its hospital.
            var round = index / districts;
            var tier = round == 0 && random.Unit() < 0.3 ? FacilityTier.Hospital
                : random.Unit() < 0.17 ? FacilityTier.HealthCentre
                : FacilityTier.HealthPost;
            var kind = tier switch
            {
                FacilityTier.Hospital => "Hospital",
                FacilityTier.HealthCentre => "Health Centre",
                _ => "Health Post",
            };
            var owner = random.Unit() switch { < 0.72 => 0, < 0.9 => 1, _ => 2 };
            units.Add(new(
                Seeded.Uid(seed, "org unit", units.Count), $"{names.Next()} {kind}", 4, units[parent].Uid, tier, owner,
                tier == FacilityTier.Hospital || random.Unit() < 0.25, Math.Exp(0.45 * random.Normal()), units.Count));
        }
    }
}
