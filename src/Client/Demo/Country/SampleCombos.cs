namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>A category option combo.</summary>
/// <param name="Uid">UID.</param>
/// <param name="Name">Names of its options.</param>
/// <param name="OptionUids">Its options in category order; none for the default one.</param>
/// <param name="Share">Part of a total that falls to it.</param>
internal sealed record SampleCombo(string Uid, string Name, IReadOnlyList<string> OptionUids, double Share);

/// <summary>The categories sex and age, and their combinations.</summary>
internal static class SampleCombos
{
    /// <summary>UID of DHIS2's default category combo.</summary>
    public const string DefaultCategoryCombo = "bjDvmb4bfuf";

    /// <summary>UID of DHIS2's default category option combo.</summary>
    public const string DefaultOptionCombo = "HllvX50cXC0";

    private static readonly (string Name, double Share)[] Sexes = [("Female", 0.56), ("Male", 0.44)];

    private static readonly (string Name, double Share)[] Ages =
        [("Under 5 years", 0.34), ("5 to 14 years", 0.22), ("15 years and older", 0.44)];

    /// <summary>Categories with their options.</summary>
    public static IReadOnlyList<(string Uid, string Name, IReadOnlyList<(string Uid, string Name)> Options)> Categories(long seed) =>
    [
        (Seeded.Uid(seed, "category", 0), "Sex", [.. Sexes.Select((s, i) => (Seeded.Uid(seed, "sex", i), s.Name))]),
        (Seeded.Uid(seed, "category", 1), "Age", [.. Ages.Select((a, i) => (Seeded.Uid(seed, "age", i), a.Name))]),
    ];

    /// <summary>UID of a disaggregation's category combo.</summary>
    public static string CategoryCombo(long seed, Disaggregation by) =>
        by == Disaggregation.Total ? DefaultCategoryCombo : Seeded.Uid(seed, "category combo", (int)by);

    /// <summary>Option combos of each disaggregation.</summary>
    public static IReadOnlyDictionary<Disaggregation, IReadOnlyList<SampleCombo>> All(long seed)
    {
        var categories = Categories(seed);
        var sexes = categories[0].Options;
        var ages = categories[1].Options;
        return new Dictionary<Disaggregation, IReadOnlyList<SampleCombo>>
        {
            [Disaggregation.Total] = [new(DefaultOptionCombo, "default", [], 1)],
            [Disaggregation.Sex] =
                [.. sexes.Select((s, i) => Combo(Disaggregation.Sex, i, s.Name, [s.Uid], Sexes[i].Share))],
            [Disaggregation.Age] =
                [.. ages.Select((a, i) => Combo(Disaggregation.Age, i, a.Name, [a.Uid], Ages[i].Share))],
            [Disaggregation.SexAndAge] =
            [
                .. sexes.SelectMany((s, i) => ages.Select((a, j) => Combo(
                    Disaggregation.SexAndAge, (i * Ages.Length) + j, $"{s.Name}, {a.Name}", [s.Uid, a.Uid],
                    Sexes[i].Share * Ages[j].Share))),
            ],
        };

        SampleCombo Combo(Disaggregation by, int number, string name, IReadOnlyList<string> options, double share) =>
            new(Seeded.Uid(seed, $"option combo {by}", number), name, options, share);
    }
}
