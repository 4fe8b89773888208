using System.Globalization;
using System.Text;
using CsCheck;
using Dhis2Grpc.Server.Periods;

namespace Server.Tests.Periods;

public class PeriodTests
{
    private static readonly Gen<PeriodType> Types = Gen.OneOfConst([.. PeriodType.All]);

    private static readonly Gen<DateOnly> Days =
        Gen.Int[new DateOnly(1001, 1, 1).DayNumber, new DateOnly(9997, 12, 31).DayNumber].Select(DateOnly.FromDayNumber);

    private static readonly Gen<DateOnly> RecentDays =
        Gen.Int[new DateOnly(1990, 1, 1).DayNumber, new DateOnly(2060, 12, 31).DayNumber].Select(DateOnly.FromDayNumber);

    [Theory]
    [InlineData("Daily", "20240315", "2024-03-15", "2024-03-15", 1)]
    [InlineData("Weekly", "2024W1", "2024-01-01", "2024-01-07", 7)]
    [InlineData("WeeklyWednesday", "2024WedW1", "2024-01-03", "2024-01-09", 7)]
    [InlineData("WeeklyThursday", "2024ThuW1", "2024-01-04", "2024-01-10", 7)]
    [InlineData("WeeklyFriday", "2024FriW1", "2023-12-29", "2024-01-04", 7)]
    [InlineData("WeeklySaturday", "2024SatW1", "2023-12-30", "2024-01-05", 7)]
    [InlineData("WeeklySunday", "2024SunW1", "2023-12-31", "2024-01-06", 7)]
    [InlineData("BiWeekly", "2024BiW1", "2024-01-01", "2024-01-14", 14)]
    [InlineData("Monthly", "202403", "2024-03-01", "2024-03-31", 30)]
    [InlineData("BiMonthly", "202402B", "2024-03-01", "2024-04-30", 61)]
    [InlineData("Quarterly", "2024Q2", "2024-04-01", "2024-06-30", 91)]
    [InlineData("QuarterlyNov", "2024NovQ1", "2023-11-01", "2024-01-31", 91)]
    [InlineData("QuarterlyNov", "2024NovQ2", "2024-02-01", "2024-04-30", 91)]
    [InlineData("QuarterlyNov", "2024NovQ3", "2024-05-01", "2024-07-31", 91)]
    [InlineData("QuarterlyNov", "2024NovQ4", "2024-08-01", "2024-10-31", 91)]
    [InlineData("SixMonthly", "2024S2", "2024-07-01", "2024-12-31", 182)]
    [InlineData("SixMonthlyApril", "2024AprilS1", "2024-04-01", "2024-09-30", 182)]
    [InlineData("SixMonthlyApril", "2024AprilS2", "2024-10-01", "2025-03-31", 182)]
    [InlineData("SixMonthlyNov", "2024NovS1", "2023-11-01", "2024-04-30", 182)]
    [InlineData("SixMonthlyNov", "2024NovS2", "2024-05-01", "2024-10-31", 182)]
    [InlineData("Yearly", "2024", "2024-01-01", "2024-12-31", 365)]
    [InlineData("FinancialFeb", "2024Feb", "2024-02-01", "2025-01-31", 365)]
    [InlineData("FinancialApril", "2024April", "2024-04-01", "2025-03-31", 365)]
    [InlineData("FinancialJuly", "2024July", "2024-07-01", "2025-06-30", 365)]
    [InlineData("FinancialAug", "2024Aug", "2024-08-01", "2025-07-31", 365)]
    [InlineData("FinancialSep", "2024Sep", "2024-09-01", "2025-08-31", 365)]
    [InlineData("FinancialOct", "2024Oct", "2024-10-01", "2025-09-30", 365)]
    [InlineData("FinancialNov", "2024Nov", "2023-11-01", "2024-10-31", 365)]
    [InlineData("Weekly", "2020W53", "2020-12-28", "2021-01-03", 7)]
    [InlineData("Weekly", "2024W10", "2024-03-04", "2024-03-10", 7)]
    [InlineData("BiWeekly", "2020BiW27", "2020-12-28", "2021-01-10", 14)]
    [InlineData("BiWeekly", "2021BiW1", "2021-01-04", "2021-01-17", 14)]
    public void Identifier_gives_type_and_days_and_is_written_back(
        string type, string iso, string start, string end, int frequency)
    {
        Assert.True(Period.TryParse(iso, out var period));
        Assert.Equal(type, period.Type.Name);
        Assert.Equal(frequency, period.Type.FrequencyOrder);
        Assert.Equal(start, period.Start.ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(end, period.End.ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(iso, period.Iso);
        Assert.True(Period.TryParse(Encoding.UTF8.GetBytes(iso), out var fromBytes));
        Assert.Equal(period, fromBytes);
    }

    [Theory]
    [InlineData("2024-03-15", "20240315")]
    [InlineData("2024-03", "202403")]
    [InlineData("2024W09", "2024W9")]
    [InlineData("2024WedW01", "2024WedW1")]
    [InlineData("2024BiW01", "2024BiW1")]
    public void Other_spellings_are_accepted(string iso, string canonical) =>
        Assert.Equal(canonical, Period.Parse(iso).Iso);

    [Theory]
    [InlineData("")]
    [InlineData("24")]
    [InlineData("0024")]
    [InlineData("9999")]
    [InlineData("202400")]
    [InlineData("202413")]
    [InlineData("2024-13")]
    [InlineData("20230229")]
    [InlineData("20240100")]
    [InlineData("2024-3-15")]
    [InlineData("2024/03/15")]
    [InlineData("202407B")]
    [InlineData("202400B")]
    [InlineData("202402b")]
    [InlineData("2024Q0")]
    [InlineData("2024Q5")]
    [InlineData("2024Q01")]
    [InlineData("2024S3")]
    [InlineData("2024NovQ5")]
    [InlineData("2024W0")]
    [InlineData("2024W")]
    [InlineData("2024W001")]
    [InlineData("2024W53")]
    [InlineData("2021W53")]
    [InlineData("2021BiW27")]
    [InlineData("2024MonW1")]
    [InlineData("2024april")]
    [InlineData("2024AprilS3")]
    [InlineData("2024May")]
    [InlineData("202４")]
    [InlineData("2024Q1 ")]
    [InlineData(" 202401")]
    [InlineData("LAST_12_MONTHS")]
    public void Anything_else_is_refused(string iso) => Assert.False(Period.TryParse(iso, out _));

    [Fact]
    public void Every_type_is_found_by_name_and_order_compares_lengths()
    {
        Assert.Equal(23, PeriodType.All.Count);
        Assert.All(PeriodType.All, t => Assert.True(PeriodType.TryGet(t.Name, out var found) && found == t));
        Assert.False(PeriodType.TryGet("monthly", out _));
        Assert.Equal("sixmonthlyapril", PeriodType.SixMonthlyApril.Column);
        var days = new DateOnly(2024, 5, 17);
        Assert.All(PeriodType.All, t => Assert.InRange(t.Containing(days).Days, t.FrequencyOrder - 2, t.FrequencyOrder + 3));
    }

    [Fact]
    public void Identifier_round_trips_and_contains_its_day() =>
        Gen.Select(Types, Days).Sample((type, day) =>
        {
            var period = type.Containing(day);
            Assert.True(period.Contains(day));
            Assert.True(Period.TryParse(period.Iso, out var parsed));
            Assert.Equal(period, parsed);
            Assert.Equal(period.GetHashCode(), parsed.GetHashCode());
        });

    [Fact]
    public void Periods_of_a_type_tile_time() =>
        Gen.Select(Gen.OneOfConst([.. PeriodType.All.Where(t => t != PeriodType.BiWeekly)]), Days).Sample((type, day) =>
        {
            var period = type.Containing(day);
            Assert.Equal(period.End.AddDays(1), period.Next.Start);
            Assert.Equal(period, period.Next.Previous);
            Assert.Equal(period, type.Containing(period.Start));
            Assert.Equal(period, type.Containing(period.End));
        });

    [Fact]
    public void Pairs_of_weeks_tile_each_year_and_only_a_53rd_week_overlaps() =>
        RecentDays.Sample(day =>
        {
            var period = PeriodType.BiWeekly.Containing(day);
            var next = period.Next;
            var year = int.Parse(period.Iso.AsSpan(0, 4), CultureInfo.InvariantCulture);
            var overlap = period.Iso.EndsWith("BiW27", StringComparison.Ordinal) ? 7 : 0;
            Assert.Equal(period.End.AddDays(1 - overlap), next.Start);
            Assert.Equal(ISOWeek.GetWeeksInYear(year) == 53 ? 27 : 26, PeriodType.BiWeekly.OfYear(year).Count());
            Assert.Equal(1, ISOWeek.GetWeekOfYear(period.Start.ToDateTime(default)) % 2);
        });

    [Fact]
    public void Monday_weeks_are_those_of_ISO_8601() =>
        Days.Sample(day =>
        {
            var time = day.ToDateTime(default);
            Assert.Equal($"{ISOWeek.GetYear(time)}W{ISOWeek.GetWeekOfYear(time)}", PeriodType.Weekly.Containing(day).Iso);
        });

    [Fact]
    public void Week_one_has_four_days_in_the_year_for_every_first_weekday() =>
        Gen.Select(Gen.OneOfConst([.. PeriodType.All.Where(t => t.IsWeekly && t.FrequencyOrder == 7)]), Gen.Int[1001, 9997])
            .Sample((type, year) =>
            {
                var weeks = type.OfYear(year).ToArray();
                Assert.InRange(weeks.Length, 52, 53);
                foreach (var week in (Period[])[weeks[0], weeks[^1]])
                    Assert.True(Enumerable.Range(0, 7).Count(i => week.Start.AddDays(i).Year == year) >= 4);
                Assert.StartsWith($"{year + 1}", weeks[^1].Next.Iso, StringComparison.Ordinal);
            });

    [Fact]
    public void Periods_of_a_year_carry_it_and_follow_each_other() =>
        Gen.Select(Types, Gen.Int[1001, 9997]).Sample((type, year) =>
        {
            var periods = type.OfYear(year).ToArray();
            Assert.All(periods, p => Assert.StartsWith($"{year}", p.Iso, StringComparison.Ordinal));
            Assert.All(periods.Zip(periods.Skip(1)), pair => Assert.Equal(pair.First.End.AddDays(1), pair.Second.Start));
            Assert.False(periods[^1].Next.Iso.StartsWith($"{year}", StringComparison.Ordinal));
        }, iter: 200);

    [Fact]
    public void Range_gives_every_period_that_has_a_day_in_it() =>
        Gen.Select(Types, RecentDays, Gen.Int[0, 800]).Sample((type, first, length) =>
        {
            var last = first.AddDays(length);
            var expected = Enumerable.Range(0, length + 1).Select(i => type.Containing(first.AddDays(i))).Distinct();
            Assert.Equal(expected, type.Generate(first, last));
        }, iter: 100);

    [Fact]
    public void Shifts_add_up() =>
        Gen.Select(Gen.OneOfConst([.. PeriodType.All.Where(t => t != PeriodType.BiWeekly)]), RecentDays, Gen.Int[-40, 40])
            .Sample((type, day, count) =>
            {
                var period = type.Containing(day);
                var stepped = period;
                for (var i = 0; i < Math.Abs(count); i++)
                    stepped = count > 0 ? stepped.Next : stepped.Previous;
                Assert.Equal(stepped, type.Shift(period, count));
            });

    [Fact]
    public void Same_period_years_ago_goes_by_the_calendar_year_of_the_first_day()
    {
        // 2024W1 starts on 2024-01-01; 2023-01-01 is the Sunday of 2022W52.
        Assert.Equal("2022W52", PeriodType.Weekly.SamePeriodYearsAgo(Period.Parse("2024W1"), 1).Iso);
        Assert.Equal("202202", PeriodType.Monthly.SamePeriodYearsAgo(Period.Parse("202402"), 2).Iso);
    }

    [Fact]
    public void Days_and_reference_day_follow_the_type()
    {
        Assert.Equal(29, Period.Parse("202402").Days);
        Assert.Equal(366, Period.Parse("2024").Days);
        Assert.Equal(new DateOnly(2024, 2, 1), Period.Parse("202402").ReferenceDay);
        Assert.Equal(new DateOnly(2024, 1, 4), Period.Parse("2024W1").ReferenceDay);
    }

    [Fact]
    public void Buffer_that_is_too_short_is_left_alone()
    {
        Span<char> buffer = stackalloc char[7];
        Assert.Equal(0, Period.Parse("20240315").TryFormat(buffer));
        Assert.Equal(6, Period.Parse("202403").TryFormat(buffer));
        Assert.Equal(7, Period.Parse("202402B").TryFormat(buffer));
        Assert.Equal("", default(Period).ToString());
    }

    [Fact]
    public void Parsing_allocates_nothing()
    {
        ReadOnlySpan<byte> iso = "2024AprilS2"u8;
        var parsed = Period.TryParse(iso, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            parsed &= Period.TryParse(iso, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(parsed);
    }
}
