using CsCheck;
using Dhis2Grpc.Server.Periods;

namespace Server.Tests.Periods;

public class RelativePeriodsTests
{
    private static readonly DateOnly Today = new(2024, 3, 15);

    [Theory]
    [InlineData("TODAY", "20240315")]
    [InlineData("YESTERDAY", "20240314")]
    [InlineData("LAST_3_DAYS", "20240312 20240313 20240314")]
    [InlineData("THIS_WEEK", "2024W11")]
    [InlineData("LAST_WEEK", "2024W10")]
    [InlineData("LAST_4_WEEKS", "2024W7 2024W8 2024W9 2024W10")]
    [InlineData("THIS_BIWEEK", "2024BiW6")]
    [InlineData("LAST_BIWEEK", "2024BiW5")]
    [InlineData("LAST_4_BIWEEKS", "2024BiW2 2024BiW3 2024BiW4 2024BiW5")]
    [InlineData("THIS_MONTH", "202403")]
    [InlineData("LAST_MONTH", "202402")]
    [InlineData("LAST_3_MONTHS", "202312 202401 202402")]
    [InlineData("LAST_6_MONTHS", "202309 202310 202311 202312 202401 202402")]
    [InlineData("LAST_12_MONTHS", "202303 202304 202305 202306 202307 202308 202309 202310 202311 202312 202401 202402")]
    [InlineData("MONTHS_THIS_YEAR", "202401 202402 202403 202404 202405 202406 202407 202408 202409 202410 202411 202412")]
    [InlineData("MONTHS_LAST_YEAR", "202301 202302 202303 202304 202305 202306 202307 202308 202309 202310 202311 202312")]
    [InlineData("THIS_BIMONTH", "202402B")]
    [InlineData("LAST_BIMONTH", "202401B")]
    [InlineData("LAST_6_BIMONTHS", "202302B 202303B 202304B 202305B 202306B 202401B")]
    [InlineData("BIMONTHS_THIS_YEAR", "202401B 202402B 202403B 202404B 202405B 202406B")]
    [InlineData("THIS_QUARTER", "2024Q1")]
    [InlineData("LAST_QUARTER", "2023Q4")]
    [InlineData("LAST_4_QUARTERS", "2023Q1 2023Q2 2023Q3 2023Q4")]
    [InlineData("QUARTERS_THIS_YEAR", "2024Q1 2024Q2 2024Q3 2024Q4")]
    [InlineData("QUARTERS_LAST_YEAR", "2023Q1 2023Q2 2023Q3 2023Q4")]
    [InlineData("THIS_SIX_MONTH", "2024S1")]
    [InlineData("LAST_SIX_MONTH", "2023S2")]
    [InlineData("LAST_2_SIXMONTHS", "2023S1 2023S2")]
    [InlineData("THIS_YEAR", "2024")]
    [InlineData("LAST_YEAR", "2023")]
    [InlineData("LAST_5_YEARS", "2019 2020 2021 2022 2023")]
    [InlineData("LAST_10_YEARS", "2014 2015 2016 2017 2018 2019 2020 2021 2022 2023")]
    [InlineData("THIS_FINANCIAL_YEAR", "2023Oct")]
    [InlineData("LAST_FINANCIAL_YEAR", "2022Oct")]
    [InlineData("LAST_5_FINANCIAL_YEARS", "2018Oct 2019Oct 2020Oct 2021Oct 2022Oct")]
    public void Name_gives_periods(string name, string expected) =>
        Assert.Equal(expected, string.Join(' ', RelativePeriods.Resolve(name, Today)));

    [Theory]
    [InlineData("LAST_7_DAYS", 7)]
    [InlineData("LAST_14_DAYS", 14)]
    [InlineData("LAST_30_DAYS", 30)]
    [InlineData("LAST_60_DAYS", 60)]
    [InlineData("LAST_90_DAYS", 90)]
    [InlineData("LAST_180_DAYS", 180)]
    [InlineData("LAST_12_WEEKS", 12)]
    [InlineData("LAST_52_WEEKS", 52)]
    [InlineData("WEEKS_THIS_YEAR", 52)]
    [InlineData("LAST_10_FINANCIAL_YEARS", 10)]
    public void Name_gives_so_many_periods(string name, int count) =>
        Assert.Equal(count, RelativePeriods.Resolve(name, Today).Count);

    [Fact]
    public void Weeks_of_the_year_are_those_of_the_week_year()
    {
        Assert.Equal("2020W1", RelativePeriods.Resolve("WEEKS_THIS_YEAR", new DateOnly(2021, 1, 2))[0].Iso);
        Assert.Equal(53, RelativePeriods.Resolve("WEEKS_THIS_YEAR", new DateOnly(2021, 1, 2)).Count);
    }

    [Fact]
    public void Financial_year_is_the_one_asked_for()
    {
        Assert.Equal("2023April", RelativePeriods.Resolve("THIS_FINANCIAL_YEAR", Today, PeriodType.FinancialApril)[0].Iso);
        Assert.Equal("2024Nov", RelativePeriods.Resolve("THIS_FINANCIAL_YEAR", Today, PeriodType.FinancialNov)[0].Iso);
    }

    [Fact]
    public void Last_never_holds_today_and_this_always_does() =>
        Gen.Select(Gen.OneOfConst([.. RelativePeriods.Names]), Gen.Int[0, 30000].Select(d => new DateOnly(1990, 1, 1).AddDays(d)))
            .Sample((name, today) =>
            {
                var periods = RelativePeriods.Resolve(name, today);
                Assert.NotEmpty(periods);
                Assert.All(periods.Zip(periods.Skip(1)), pair => Assert.True(pair.First.Start < pair.Second.Start));
                var current = name.StartsWith("THIS_", StringComparison.Ordinal)
                    || name.EndsWith("_THIS_YEAR", StringComparison.Ordinal) || name == "TODAY";
                Assert.Equal(current, periods.Any(p => p.Contains(today)));
            });

    [Theory]
    [InlineData("last_month")]
    [InlineData("202401")]
    [InlineData("LAST_13_MONTHS")]
    public void Other_names_are_refused(string name)
    {
        Assert.False(RelativePeriods.IsName(name));
        Assert.Throws<ArgumentException>(() => RelativePeriods.Resolve(name, Today));
    }
}
