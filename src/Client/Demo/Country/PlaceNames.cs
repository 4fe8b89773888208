namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>Names of places that sound like one country's, each used once.</summary>
internal sealed class PlaceNames(long seed)
{
    private static readonly string[] Beginnings =
        ["Ka", "Mba", "Lu", "Chi", "Na", "Ki", "Mu", "Sa", "Ndo", "Ma", "Bwi", "Ta", "Lo", "Za", "Nya", "Ru", "Ke", "Wa", "Ga", "So"];

    private static readonly string[] Middles =
        ["li", "ra", "mbe", "ndo", "ka", "su", "ngo", "ta", "wa", "zi", "ro", "me", "nga", "le", "shi", "bu", "po", "ri", "go", "da"];

    private static readonly string[] Ends =
        ["ra", "la", "mbo", "si", "nda", "wi", "to", "ni", "ma", "ya", "lo", "ke", "zi", "ru", "nga", "sha", "pa", "ro", "ti", "bwe"];

    private readonly HashSet<string> _used = [];
    private Seeded _random = Seeded.Of(seed, "place names");

    /// <summary>The next name.</summary>
    public string Next()
    {
        while (true)
        {
            var name = _random.Pick(Beginnings) + (_random.Unit() < 0.75 ? _random.Pick(Middles) : "")
                + (_random.Unit() < 0.15 ? _random.Pick(Middles) : "") + _random.Pick(Ends);
            if (_used.Add(name))
                return name;
        }
    }
}
