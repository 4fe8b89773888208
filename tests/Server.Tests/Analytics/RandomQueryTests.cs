using System.Globalization;
using Dhis2Grpc.Server.Analytics;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Tests.Jobs;

namespace Dhis2Grpc.Server.Tests.Analytics;

/// <summary>Random data and questions, answered by the server and by the slow computation.</summary>
public sealed class RandomQueryTests
{
    private static readonly Aggregation[] Kinds = [.. Enum.GetValues<Aggregation>().Where(a => a != Aggregation.None)];

    private static readonly PeriodType[] DataTypes =
        [PeriodType.Monthly, PeriodType.Weekly, PeriodType.Quarterly, PeriodType.Yearly, PeriodType.FinancialApril, PeriodType.Daily, PeriodType.BiMonthly];

    private static readonly PeriodType[] AskedTypes =
    [
        PeriodType.Daily, PeriodType.Weekly, PeriodType.BiWeekly, PeriodType.Monthly, PeriodType.BiMonthly, PeriodType.Quarterly, PeriodType.QuarterlyNov,
        PeriodType.SixMonthly, PeriodType.Yearly, PeriodType.FinancialApril, PeriodType.FinancialOct,
    ];

    private static readonly string[] Relative = ["LAST_12_MONTHS", "LAST_4_QUARTERS", "THIS_YEAR", "LAST_5_YEARS", "LAST_52_WEEKS", "LAST_6_BIMONTHS", "THIS_FINANCIAL_YEAR"];

    private static readonly DateOnly Today = new(2024, 6, 15);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_server_answers_as_the_slow_computation_does(int seed)
    {
        var random = new Random(seed);
        await using var world = await World.CreateAsync(random);
        using var cache = new AnalyticsKeyCache();
        var queries = new AnalyticsQueries(world.Store.Warehouse, cache);
        var cells = 0;
        for (var i = 0; i < 150; i++)
        {
            var question = Question.Random(random, world);
            var result = await queries.QueryAsync(question.Query(world.Store), Ct);
            var expected = question.Expected(world).Order(StringComparer.Ordinal).ToList();
            var actual = result.Rows.Select(r => Question.Text(result, r, world.Store)).Order(StringComparer.Ordinal).ToList();
            Assert.True(expected.SequenceEqual(actual), $"{question}\nexpected\n{string.Join('\n', expected.Except(actual))}\nactual\n{string.Join('\n', actual.Except(expected))}");
            cells += expected.Count;
        }

        // Questions that all have empty answers would prove nothing.
        Assert.True(cells > 1000, $"only {cells} cells");
    }

    private sealed record World(SampleStore Store, SlowAnalytics Slow, List<string> Units, List<RawElement> Elements, Dictionary<string, string[]> Groups, string[] Combos) : IAsyncDisposable
    {
        public static async Task<World> CreateAsync(Random random)
        {
            var store = new SampleStore();
            var parents = new Dictionary<string, string?> { ["R"] = null };
            store.Unit("R");
            for (var i = 0; i < 14; i++)
            {
                var possible = parents.Keys.Where(u => Depth(u) < 4).ToList();
                var (name, parent) = ($"U{(char)('A' + i)}", possible[random.Next(possible.Count)]);
                parents[name] = parent;
                store.Unit(name, parent);
            }

            var units = parents.Keys.ToList();
            store.Combo("Sexes", ("Sex", ["M", "F"]));
            string[] combos = ["M", "F"];
            var elements = Kinds.Select((a, i) => new RawElement(
                $"E{(char)('A' + i)}", i % 5 == 1, a, DataTypes[random.Next(DataTypes.Length)], random.Next(4) == 0 ? [random.Next(1, 4)] : [])).ToList();
            foreach (var e in elements)
            {
                store.Element(e.Name, e.IsBoolean ? "BOOLEAN" : "NUMBER", WireName(e.Aggregation), combo: "Sexes", levels: e.Levels);
                store.DataSet($"S{e.Name}", e.DataType.Name, [e.Name], ["R"]);
            }

            var groups = new Dictionary<string, string[]>
            {
                ["Red"] = [.. units.Where(_ => random.Next(3) == 0)],
            };
            groups["Blue"] = [.. units.Where(u => !groups["Red"].Contains(u) && random.Next(2) == 0)];
            store.GroupSet("orgunit", "Colour", "Colour", false, ("Red", groups["Red"]), ("Blue", groups["Blue"]));

            var values = new List<RawValue>();
            foreach (var e in elements)
            {
                var seen = new HashSet<(string, Period, string)>();
                for (var i = 0; i < 40; i++)
                {
                    // Mostly periods of the element's type; some of another.
                    var type = random.Next(6) == 0 ? DataTypes[random.Next(DataTypes.Length)] : e.DataType;
                    var period = type.Containing(Today.AddDays(-random.Next(random.Next(3) == 0 ? 365 * 14 : 800)));
                    var (unit, combo) = (units[random.Next(units.Count)], combos[random.Next(2)]);
                    if (!seen.Add((unit, period, combo)))
                        continue;
                    var value = e.IsBoolean ? random.Next(2) : random.Next(-500, 500) / 4.0;
                    if (value == 0 && !e.IsBoolean)
                        value = 1;
                    values.Add(new RawValue(e.Name, unit, period, combo, value));
                    store.Value(e.Name, unit, period.Iso, e.IsBoolean ? (value == 1 ? "true" : "false") : value.ToString(CultureInfo.InvariantCulture), combo: $"coc {combo}");
                }
            }

            await store.AnalyticsTablesAsync();
            return new World(store, new SlowAnalytics(values, elements.ToDictionary(e => e.Name), parents, units), units, elements, groups, combos);

            int Depth(string unit) => parents[unit] is { } parent ? Depth(parent) + 1 : 1;
        }

        public ValueTask DisposeAsync() => Store.DisposeAsync();

        private static string WireName(Aggregation aggregation) =>
            string.Concat(aggregation.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));
    }

    // What is asked: elements, periods as dimension or filter, units as dimension, filter or not at all, by sex or not,
    // one group or not, own or asked aggregation.
    private sealed record Question(
        string[] Elements, string PeriodItems, Period[] Periods, bool PeriodsFilter, string? UnitItems, string[] Units, bool UnitsFilter, bool BySex, string? Group, Aggregation? Asked)
    {
        public static Question Random(Random random, World world)
        {
            var elements = world.Elements.OrderBy(_ => random.Next()).Take(random.Next(1, 5)).Select(e => e.Name).ToArray();
            var (items, periods) = RandomPeriods(random);
            var (unitItems, units) = RandomUnits(random, world);
            return new Question(
                elements, items, periods, random.Next(4) == 0, unitItems, units, random.Next(4) == 0, random.Next(4) == 0,
                random.Next(4) == 0 ? world.Groups.Keys.ElementAt(random.Next(2)) : null, random.Next(4) == 0 ? Kinds[random.Next(Kinds.Length)] : null);
        }

        public AnalyticsQuery Query(SampleStore store)
        {
            List<string> dimensions = [$"dx:{string.Join(';', Elements)}"];
            List<string> filters = [];
            (PeriodsFilter ? filters : dimensions).Add($"pe:{PeriodItems}");
            if (UnitItems is not null)
                (UnitsFilter ? filters : dimensions).Add($"ou:{UnitItems}");
            if (BySex)
                dimensions.Add("Sex");
            if (Group is not null)
                filters.Add($"Colour:{Group}");
            return new AnalyticsQuery
            {
                Dimensions = [.. dimensions.Select(d => d.StartsWith("pe", StringComparison.Ordinal) ? d : store.WithUids(d))],
                Filters = [.. filters.Select(d => d.StartsWith("pe", StringComparison.Ordinal) ? d : store.WithUids(d))],
                Aggregation = Asked,
                Today = Today,
            };
        }

        public IEnumerable<string> Expected(World world)
        {
            Func<RawValue, bool>? inGroup = Group is null ? null : v => world.Groups[Group].Contains(v.Unit);
            IEnumerable<(string Label, IReadOnlyList<Period> Periods)> periods = PeriodsFilter ? [("", Periods)] : Periods.Select(p => (p.Iso, (IReadOnlyList<Period>)[p]));
            IEnumerable<(string Label, string[]? Units)> units = UnitItems is null ? [("", null)] : UnitsFilter ? [("", Units)] : Units.Select(u => (u, (string[]?)[u]));
            IEnumerable<string?> sexes = BySex ? world.Combos : new string?[] { null };
            return
                from element in Elements
                from p in periods
                from u in units
                from sex in sexes
                let value = world.Slow.Cell(element, p.Periods, u.Units, sex, inGroup, Asked)
                where value is not null
                select Line([element, p.Label, u.Label, sex ?? ""], value.Value);
        }

        public static string Text(AnalyticsResult result, AnalyticsRow row, SampleStore store)
        {
            var cells = new Dictionary<string, string>();
            for (var i = 0; i < row.Items.Length; i++)
                cells[store.NameOf(result.Axes[i].Name)] = store.NameOf(result.Axes[i].Items[row.Items[i]].Uid);
            return Line([cells["dx"], cells.GetValueOrDefault("pe", ""), cells.GetValueOrDefault("ou", ""), cells.GetValueOrDefault("Sex", "")], row.Value!.Value);
        }

        public override string ToString() =>
            $"dx {string.Join(';', Elements)} pe {PeriodItems}{(PeriodsFilter ? " (filter)" : "")} ou {UnitItems}{(UnitsFilter ? " (filter)" : "")} sex {BySex} group {Group} as {Asked}";

        private static string Line(IEnumerable<string> cells, double value) => $"{string.Join(' ', cells)} {Math.Round(value, 6) + 0.0:0.####}";

        private static (string Items, Period[] Periods) RandomPeriods(Random random)
        {
            if (random.Next(4) == 0)
            {
                var name = Relative[random.Next(Relative.Length)];
                return (name, [.. RelativePeriods.Resolve(name, Today)]);
            }

            var periods = Enumerable.Range(0, random.Next(1, 6))
                .Select(_ => AskedTypes[random.Next(AskedTypes.Length)].Containing(Today.AddDays(-random.Next(900))))
                .Distinct()
                .ToArray();
            return (string.Join(';', periods.Select(p => p.Iso)), periods);
        }

        private static (string? Items, string[] Units) RandomUnits(Random random, World world)
        {
            string[] some = [.. world.Units.Where(_ => random.Next(4) == 0).DefaultIfEmpty("R")];
            switch (random.Next(5))
            {
                case 0:
                    return (null, []);
                case 1:
                    var level = random.Next(1, 4);
                    return ($"LEVEL-{level}", [.. world.Units.Where(u => world.Slow.Level(u) == level).DefaultIfEmpty("R")]);
                case 2 when world.Groups["Red"].Length > 0:
                    return ("OU_GROUP-Red", world.Groups["Red"]);
                default:
                    return (string.Join(';', some), some);
            }
        }
    }
}
