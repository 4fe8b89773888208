using System.Globalization;
using Dhis2.Analytics.V1;
using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Shows analytics as tables and bar charts, with names in place of identifiers.</summary>
internal static class GridTable
{
    private const int ChartWidth = 90;
    private const int MaxBars = 50;

    private static readonly Color[] Palette =
        [Color.SteelBlue1, Color.Orange1, Color.SeaGreen2, Color.MediumPurple1, Color.Gold1, Color.IndianRed1, Color.Turquoise2, Color.HotPink];

    /// <summary>One row a row.</summary>
    public static void Rows(IAnsiConsole console, QueryAnalyticsResponse grid, bool ids)
    {
        var table = JobTables.Table(console, [.. grid.Headers.Select(h => h.Column)]);
        foreach (var (header, index) in grid.Headers.Select((h, i) => (h, i)).Where(h => !h.h.Meta))
            table.Columns[index].RightAligned();
        foreach (var row in grid.Rows)
        {
            table.Row([.. row.Values.Select((v, i) =>
                grid.Headers[i].Meta ? ids ? v : Name(grid, v) : Number(v))]);
        }

        console.Write(table);
    }

    /// <summary>The items of one dimension as columns.</summary>
    public static void Pivot(IAnsiConsole console, QueryAnalyticsResponse grid, string dimension, bool ids)
    {
        var column = Column(grid, dimension);
        var value = Column(grid, "value");
        var rest = Enumerable.Range(0, grid.Headers.Count).Where(i => i != column && i != value && grid.Headers[i].Meta).ToArray();
        var items = grid.Rows.Select(r => r.Values[column]).Distinct().Order(StringComparer.Ordinal).ToArray();
        var table = JobTables.Table(
            console, [.. rest.Select(i => grid.Headers[i].Column), .. items.Select(i => ids ? i : Name(grid, i))]);
        for (var i = rest.Length; i < table.Columns.Count; i++)
            table.Columns[i].RightAligned();
        foreach (var group in grid.Rows.GroupBy(r => string.Join('\n', rest.Select(i => r.Values[i]))))
        {
            var cells = group.ToLookup(r => r.Values[column], r => r.Values[value]);
            var keys = rest.Select(i => group.First().Values[i]).Select(v => ids ? v : Name(grid, v));
            table.Row([.. keys, .. items.Select(i => Number(cells[i].FirstOrDefault() ?? ""))]);
        }

        console.Write(table);
    }

    /// <summary>A bar a row; rows without a number are left out.</summary>
    public static void Chart(IAnsiConsole console, QueryAnalyticsResponse grid, bool ids)
    {
        var value = Column(grid, "value");
        // A dimension of one item says the same in every bar.
        var labels = Enumerable.Range(0, grid.Headers.Count)
            .Where(i => grid.Headers[i].Meta && grid.Rows.Select(r => r.Values[i]).Distinct().Skip(1).Any()).ToArray();
        var chart = new BarChart { Width = Math.Min(ChartWidth, console.Profile.Width), ShowValues = true, ValueFormatter = Formatted };
        var colours = new Dictionary<string, Color>();
        foreach (var row in grid.Rows.Take(MaxBars))
        {
            if (!double.TryParse(row.Values[value], CultureInfo.InvariantCulture, out var number))
                continue;
            var label = string.Join(" · ", labels.Select(i => ids ? row.Values[i] : Name(grid, row.Values[i])));
            var series = labels.Length > 1 ? row.Values[labels[0]] : label;
            if (!colours.TryGetValue(series, out var colour))
                colours[series] = colour = Palette[colours.Count % Palette.Length];
            chart.AddItem(label.Length > 0 ? label : "value", number, colour);
        }

        console.Write(chart);
    }

    private static string Formatted(double value, CultureInfo culture) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static int Column(QueryAnalyticsResponse grid, string name)
    {
        for (var i = 0; i < grid.Headers.Count; i++)
        {
            if (grid.Headers[i].Name == name)
                return i;
        }

        throw new CommandException($"The result has no column '{name}'; it has {string.Join(", ", grid.Headers.Select(h => h.Name))}.");
    }

    private static string Name(QueryAnalyticsResponse grid, string id) =>
        grid.MetaData?.Items.TryGetValue(id, out var item) == true && item.Name.Length > 0 ? item.Name : id;

    private static string Number(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            ? number.ToString("#,0.##########", CultureInfo.InvariantCulture)
            : text;
}
