using System.Globalization;
using System.Text.Json;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>What clerks have entered, each at a node: holds the nodes to what they answered. Each value is a number of its own, so that no
/// two are taken for equal.</summary>
internal sealed class Clerk(int seed)
{
    private readonly Random _dice = new(seed);
    private readonly Dictionary<Cell, List<Entry>> _cells = [];
    private readonly Dictionary<Cell, List<Entry>> _completed = [];
    private int _numbers;

    /// <summary>Cells with a value, deleted or not.</summary>
    public int Count => _cells.Count;

    /// <summary>Enters some values at a node, into cells of its region and of the common one: new ones, corrections and deletions.</summary>
    public async Task EnterAsync(Site site, string region, int count, bool common)
    {
        var entries = new Dictionary<Cell, Entry>();
        while (entries.Count < count)
        {
            var cell = Draw(common && _dice.Next(5) == 0 ? Country.Common : region);
            entries[cell] = Next(cell, site);
        }
        await SendAsync(site, _cells, entries, "/api/dataValueSets", "dataValues", (cell, entry) => entry.Json(cell));
    }

    /// <summary>Enters a value into each cell of the numbers in these months, some of them with comments and flags.</summary>
    public Task FillAsync(Site site, string region, int months) => SendAsync(
        site, _cells,
        (from month in Enumerable.Range(0, months)
         from unit in Enumerable.Range(0, Country.Units)
         from element in Enumerable.Range(0, Country.Elements)
         select new Cell(Country.Element(element), null, Month(month), Country.Unit(region, unit)))
            .ToDictionary(cell => cell, _ => new Entry(Number(), Comment(), _dice.Next(4) == 0, false, site.Name)),
        "/api/dataValueSets", "dataValues", (cell, entry) => entry.Json(cell));

    /// <summary>Enters values at a node that its remote server cannot take yet.</summary>
    public Task EnterLocalAsync(Site site, string region, int count) => SendAsync(
        site, _cells, Enumerable.Range(0, count).ToDictionary(i => new Cell(Country.Local, null, Month(i), Country.Unit(region, 0)), _ => new Entry(Number(), null, false, false, site.Name)),
        "/api/dataValueSets", "dataValues", (cell, entry) => entry.Json(cell));

    /// <summary>Registers some data sets as complete, or takes that back.</summary>
    public Task RegisterAsync(Site site, string region, int count) => SendAsync(
        site, _completed,
        Enumerable.Range(0, count).Select(_ => new Cell(Country.DataSet, null, Month(_dice.Next(60)), Country.Unit(region, _dice.Next(Country.Units)))).Distinct()
            .ToDictionary(cell => cell, _ => new Entry("", null, _dice.Next(3) > 0, false, site.Name)),
        "/api/completeDataSetRegistrations", "completeDataSetRegistrations",
        (cell, entry) => $$"""{"dataSet":"{{cell.Element}}","period":"{{cell.Period}}","organisationUnit":"{{cell.Unit}}","storedBy":"{{entry.By}}","completed":{{(entry.Flag ? "true" : "false")}}}""");

    /// <summary>Checks that what was answered is there, once, and nothing else.</summary>
    public void Check(IReadOnlyList<string> values, IReadOnlyList<string> registrations)
    {
        Check(_cells, values, "orgUnit", "dataElement", (cell, json) => new Entry(
            json.GetProperty("value").GetString()!, json.TryGetProperty("comment", out var c) ? c.GetString() : null,
            json.GetProperty("followup").GetBoolean(), json.TryGetProperty("deleted", out var d) && d.GetBoolean(), json.GetProperty("storedBy").GetString()!));
        Check(_completed, registrations, "organisationUnit", "dataSet", (cell, json) => new Entry(
            "", null, json.GetProperty("completed").GetBoolean(), false, json.GetProperty("storedBy").GetString()!));
    }

    private static void Check(
        Dictionary<Cell, List<Entry>> expected, IReadOnlyList<string> found, string unit, string element, Func<Cell, JsonElement, Entry> read)
    {
        var seen = new HashSet<Cell>();
        foreach (var text in found)
        {
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement;
            var combo = json.TryGetProperty("categoryOptionCombo", out var c) ? c.GetString() : null;
            var cell = new Cell(json.GetProperty(element).GetString()!, json.GetProperty(element).GetString() == Country.Split ? combo : null,
                json.GetProperty("period").GetString()!, json.GetProperty(unit).GetString()!);
            Assert.True(seen.Add(cell), $"{cell} is there twice.");
            Assert.True(expected.TryGetValue(cell, out var entries), $"Nobody entered {text}");
            var entry = read(cell, json);
            Assert.True(entries.Contains(entry), $"{cell} is {entry} and not {string.Join(" or ", entries)}");
            // What may be one of several is known from now on.
            expected[cell] = [entry];
        }
        var lost = expected.Where(e => !seen.Contains(e.Key)).ToList();
        Assert.True(lost.All(l => l.Value.Contains(Entry.None)), $"{lost.Count} are lost, such as {lost.FirstOrDefault(l => !l.Value.Contains(Entry.None))}");
        foreach (var (cell, _) in lost)
            expected.Remove(cell);
    }

    /// <summary>Category option combos of the data element that has some; they are the node's own.</summary>
    public IReadOnlyList<string> Combos { get; set; } = [];

    private static async Task SendAsync(Site site, Dictionary<Cell, List<Entry>> known, Dictionary<Cell, Entry> entries, string path, string array, Func<Cell, Entry, string> json)
    {
        // Until the answer is there, both may be so.
        foreach (var (cell, entry) in entries)
            known[cell] = [.. known.GetValueOrDefault(cell, [Entry.None]), entry];
        await site.PostAsync(path, $$"""{"{{array}}":[{{string.Join(',', entries.Select(e => json(e.Key, e.Value)))}}]}""");
        // Where several enter, each entry may be the one that stays.
        foreach (var (cell, entry) in entries)
            known[cell] = [.. known[cell].Where(e => cell.IsCommon && e != Entry.None && e.By != entry.By), entry];
    }

    private Cell Draw(string region)
    {
        var unit = Country.Unit(region, _dice.Next(Country.Units));
        var month = Month(_dice.Next(60));
        return _dice.Next(10) switch
        {
            0 => new(Country.Text, null, month, unit),
            1 => new(Country.Split, Combos[_dice.Next(Combos.Count)], month, unit),
            _ => new(Country.Element(_dice.Next(Country.Elements)), null, month, unit),
        };
    }

    private Entry Next(Cell cell, Site site)
    {
        var known = _cells.GetValueOrDefault(cell);
        if (known is [{ Deleted: false } old] && _dice.Next(4) == 0)
            return old with { Deleted = true, By = site.Name, Comment = Comment(), Flag = _dice.Next(4) == 0 };
        var number = Number();
        return new(cell.Element == Country.Text ? $"says \"{number}\"\nä€𝄞 \\" : number, Comment(), _dice.Next(4) == 0, false, site.Name);
    }

    private string? Comment() => _dice.Next(3) == 0 ? $"\"{_dice.Next(1000)}\" ü\t," : null;

    private string Number() => (++_numbers).ToString(CultureInfo.InvariantCulture);

    /// <summary>A month; 700 of them are past.</summary>
    public static string Month(int number) => string.Create(CultureInfo.InvariantCulture, $"{1960 + (number / 12)}{(number % 12) + 1:00}");
}

/// <summary>Where a value is entered.</summary>
internal sealed record Cell(string Element, string? Combo, string Period, string Unit)
{
    /// <summary>Whether several nodes enter values there.</summary>
    public bool IsCommon => Unit[4] == Country.Common[0];
}

/// <summary>What is entered.</summary>
internal sealed record Entry(string Value, string? Comment, bool Flag, bool Deleted, string By)
{
    /// <summary>Nothing at all.</summary>
    public static Entry None { get; } = new("", null, false, false, "");

    public string Json(Cell cell) => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["dataElement"] = cell.Element,
        ["period"] = cell.Period,
        ["orgUnit"] = cell.Unit,
        ["categoryOptionCombo"] = cell.Combo ?? "HllvX50cXC0",
        ["value"] = Value,
        ["comment"] = Comment,
        ["followup"] = Flag,
        ["storedBy"] = By,
        ["deleted"] = Deleted,
    });
}
