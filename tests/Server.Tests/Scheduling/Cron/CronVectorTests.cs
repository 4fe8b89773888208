using System.Globalization;
using Dhis2Grpc.Server.Scheduling.Cron;

namespace Dhis2Grpc.Server.Tests.Scheduling.Cron;

/// <summary>Expectations computed by running Spring's own classes; at clock changes by running Cronos.</summary>
public sealed class CronVectorTests
{
    [Theory]
    [InlineData("V01", "0 * * ? * *", "2024-02-28T10:15:30Z", "UTC", "2024-02-28 10:16, 2024-02-28 10:17, 2024-02-28 10:18")]
    [InlineData("V02", "0 0 3 ? * MON", "2018-02-22T15:15:34Z", "UTC", "2018-02-26 03:00, 2018-03-05 03:00, 2018-03-12 03:00")]
    [InlineData("V03", "0 0 3 ? * MON", "2024-02-26T03:00:00Z", "UTC", "2024-03-04 03:00, 2024-03-11 03:00, 2024-03-18 03:00")]
    [InlineData("V04", "0 0 3 ? * MON", "2024-02-26T02:59:59.500Z", "UTC", "2024-02-26 03:00, 2024-03-04 03:00, 2024-03-11 03:00")]
    [InlineData("V05", "0 0 12 ? * MON-FRI", "2024-03-01T12:00:00Z", "UTC", "2024-03-04 12:00, 2024-03-05 12:00, 2024-03-06 12:00")]
    [InlineData("V06", "0 0 1 * * ?", "2024-12-31T12:00:00Z", "UTC", "2025-01-01 01:00, 2025-01-02 01:00, 2025-01-03 01:00")]
    [InlineData("V07", "*/10 * * * * *", "2024-02-28T23:59:45Z", "UTC", "2024-02-28 23:59:50, 2024-02-29 00:00, 2024-02-29 00:00:10")]
    [InlineData("V08", "0 5/15 * * * *", "2024-02-28T10:46:00Z", "UTC", "2024-02-28 10:50, 2024-02-28 11:05, 2024-02-28 11:20")]
    [InlineData("V09", "0 0 23 L * ?", "2023-02-27T12:00:00Z", "UTC", "2023-02-28 23:00, 2023-03-31 23:00, 2023-04-30 23:00")]
    [InlineData("V10", "0 0 0 L-3 * *", "2024-02-01T00:00:00Z", "UTC", "2024-02-26 00:00, 2024-03-28 00:00, 2024-04-27 00:00")]
    [InlineData("V11", "0 0 0 LW * *", "2024-03-01T00:00:00Z", "UTC", "2024-03-29 00:00, 2024-04-30 00:00, 2024-05-31 00:00")]
    [InlineData("V12", "0 0 0 1W * *", "2024-05-15T00:00:00Z", "UTC", "2024-06-03 00:00, 2024-07-01 00:00, 2024-08-01 00:00")]
    [InlineData("V13", "0 0 0 15W * *", "2024-06-01T00:00:00Z", "UTC", "2024-06-14 00:00, 2024-07-15 00:00, 2024-08-15 00:00")]
    [InlineData("V14", "0 0 0 ? * MON#2", "2024-02-13T00:00:00Z", "UTC", "2024-03-11 00:00, 2024-04-08 00:00, 2024-05-13 00:00")]
    [InlineData("V15", "0 0 0 ? * 7#1", "2024-02-28T10:00:00Z", "UTC", "2024-03-03 00:00, 2024-04-07 00:00, 2024-05-05 00:00")]
    [InlineData("V16", "0 0 0 ? * MON#5", "2024-01-30T00:00:00Z", "UTC", "2024-04-29 00:00, 2024-07-29 00:00, 2024-09-30 00:00")]
    [InlineData("V17", "0 0 0 * * 5L", "2024-02-01T00:00:00Z", "UTC", "2024-02-23 00:00, 2024-03-29 00:00, 2024-04-26 00:00")]
    [InlineData("V18", "0 0 0 ? * 0L", "2024-02-28T10:00:00Z", "UTC", "2024-03-31 00:00, 2024-04-28 00:00, 2024-05-26 00:00")]
    [InlineData("V19", "0 0 0 29 2 *", "2024-02-29T00:00:00Z", "UTC", "2028-02-29 00:00, 2032-02-29 00:00, 2036-02-29 00:00")]
    [InlineData("V20", "0 0 0 29 2 MON", "2024-02-28T10:00:00Z", "UTC", "2044-02-29 00:00, 2072-02-29 00:00, 2112-02-29 00:00")]
    [InlineData("V21", "0 0 0 30 2 *", "2024-02-29T00:00:00Z", "UTC", "none")]
    [InlineData("V22", "0 0 0 13 * FRI", "2024-02-28T00:00:00Z", "UTC", "2024-09-13 00:00, 2024-12-13 00:00, 2025-06-13 00:00")]
    [InlineData("V23", "0 0 0 1 jan-mar *", "2024-02-28T00:00:00Z", "UTC", "2024-03-01 00:00, 2025-01-01 00:00, 2025-02-01 00:00")]
    [InlineData("V24", "0 0 0 ? * 0", "2024-02-28T00:00:00Z", "UTC", "2024-03-03 00:00, 2024-03-10 00:00, 2024-03-17 00:00")]
    [InlineData("V25", "0 0 0 ? * SUN-TUE", "2024-02-28T00:00:00Z", "UTC", "2024-03-03 00:00, 2024-03-04 00:00, 2024-03-05 00:00")]
    [InlineData("V26", "0 0 0 ? * FRI-SUN", "2024-02-28T00:00:00Z", "UTC", "2024-03-01 00:00, 2024-03-02 00:00, 2024-03-03 00:00")]
    [InlineData("V27", "0 0 0 ? * SUN-SAT", "2024-02-28T10:00:00Z", "UTC", "2024-02-29 00:00, 2024-03-01 00:00, 2024-03-02 00:00")]
    [InlineData("V28", "0 0 0 ? * mon-fri", "2024-02-28T10:00:00Z", "UTC", "2024-02-29 00:00, 2024-03-01 00:00, 2024-03-04 00:00")]
    [InlineData("V29", "0 0 0 * */5 *", "2024-02-28T10:00:00Z", "UTC", "2024-06-01 00:00, 2024-06-02 00:00, 2024-06-03 00:00")]
    [InlineData("V30", "*/7 * * * * *", "2024-02-28T10:00:50Z", "UTC", "2024-02-28 10:00:56, 2024-02-28 10:01, 2024-02-28 10:01:07")]
    [InlineData("V31", "@weekly", "2024-02-28T10:00:00Z", "UTC", "2024-03-03 00:00, 2024-03-10 00:00, 2024-03-17 00:00")]
    [InlineData("V32", "@DAILY", "2024-02-28T10:00:00Z", "UTC", "2024-02-29 00:00, 2024-03-01 00:00, 2024-03-02 00:00")]
    [InlineData("V33", "0  0   3 * * *", "2024-02-28T10:00:00Z", "UTC", "2024-02-29 03:00, 2024-03-01 03:00, 2024-03-02 03:00")]
    [InlineData("V34", "0 0 0 ? * ?", "2024-02-28T10:00:00Z", "UTC", "2024-02-29 00:00, 2024-03-01 00:00, 2024-03-02 00:00")]
    [InlineData("V35", "0 0 0 31W * *", "2024-03-01T00:00:00Z", "UTC", "2024-05-31 00:00, 2024-07-31 00:00, 2024-08-30 00:00")]
    [InlineData("V36", "0 0 12 29W 2 *", "2024-02-01T00:00:00Z", "UTC", "2024-02-29 12:00, 2028-02-29 12:00, 2036-02-29 12:00")]
    [InlineData("V37", "0 0 0 ? * MON#5", "2027-01-02T00:00:00Z", "UTC", "2027-03-29 00:00, 2027-05-31 00:00, 2027-08-30 00:00")]
    [InlineData("V38", "0 0 0 ? * */2", "2024-02-28T10:00:00Z", "UTC", "2024-03-01 00:00, 2024-03-03 00:00, 2024-03-04 00:00")]
    [InlineData("V39", "0 0 0 ? * SUN/2", "2024-02-28T10:00:00Z", "UTC", "2024-03-03 00:00, 2024-03-10 00:00, 2024-03-17 00:00")]
    [InlineData("V40", "0 0 0 ? * FRI-MON", "2024-02-28T00:00:00Z", "UTC", "invalid")]
    [InlineData("V41", "0 0 22-2 * * *", "2024-02-28T00:00:00Z", "UTC", "invalid")]
    [InlineData("V42", "0 0 0 1 NOV-FEB *", "2024-02-28T00:00:00Z", "UTC", "invalid")]
    [InlineData("V43", "0 0/99 * * * *", "2024-02-28T10:00:00Z", "UTC", "2024-02-28 11:00, 2024-02-28 12:00, 2024-02-28 13:00")]
    [InlineData("V44", "0 0 0 L,15 * *", "2024-02-28T10:00:00Z", "UTC", "2024-02-29 00:00, 2024-03-15 00:00, 2024-03-31 00:00")]
    [InlineData("V45", "0 0 0 1W,15W * *", "2024-02-28T10:00:00Z", "UTC", "2024-03-01 00:00, 2024-03-15 00:00, 2024-04-01 00:00")]
    [InlineData("V46", "0 0 0 ? * MON#1,WED#3", "2024-02-28T10:00:00Z", "UTC", "2024-03-04 00:00, 2024-03-20 00:00, 2024-04-01 00:00")]
    [InlineData("V47", "0 0 0 ? * MON#6", "2024-02-28T10:00:00Z", "UTC", "none")]
    [InlineData("V48", "0 0 0 L-5W * *", "2024-02-28T10:00:00Z", "UTC", "invalid")]
    [InlineData("V49", "0 0 0 L-0 * *", "2024-02-28T10:00:00Z", "UTC", "invalid")]
    [InlineData("V50", "0 0 0 l * *", "2024-02-28T10:00:00Z", "UTC", "invalid")]
    [InlineData("V51", "? * * * * *", "2024-02-28T10:00:00Z", "UTC", "invalid")]
    [InlineData("V52", "@every_minute", "2024-02-28T10:00:00Z", "UTC", "invalid")]
    [InlineData("V53", "0\t0 3 * * *", "2024-02-28T10:00:00Z", "UTC", "invalid")]
    [InlineData("V54", "0 007 3 * * *", "2024-02-28T10:00:00Z", "UTC", "2024-02-29 03:07, 2024-03-01 03:07, 2024-03-02 03:07")]
    [InlineData("V55", "0 30 2 * * *", "2024-03-29T12:00:00Z", "Europe/Oslo", "2024-03-30 02:30+01:00, 2024-03-31 03:00+02:00, 2024-04-01 02:30+02:00")]
    [InlineData("V56", "0 0 3 * * *", "2024-03-29T12:00:00Z", "Europe/Oslo", "2024-03-30 03:00+01:00, 2024-03-31 03:00+02:00, 2024-04-01 03:00+02:00")]
    [InlineData("V57", "0 30 * * * *", "2024-03-30T23:45:00Z", "Europe/Oslo", "2024-03-31 01:30+01:00, 2024-03-31 03:00+02:00, 2024-03-31 03:30+02:00")]
    [InlineData("V58", "0 30 2 * * *", "2024-10-25T12:00:00Z", "Europe/Oslo", "2024-10-26 02:30+02:00, 2024-10-27 02:30+02:00, 2024-10-28 02:30+01:00")]
    [InlineData("V59", "0 30 * * * *", "2024-10-26T22:45:00Z", "Europe/Oslo", "2024-10-27 01:30+02:00, 2024-10-27 02:30+02:00, 2024-10-27 02:30+01:00")]
    [InlineData("V60", "0 30 2 * * *", "2024-03-09T12:00:00Z", "America/New_York", "2024-03-10 03:00-04:00, 2024-03-11 02:30-04:00, 2024-03-12 02:30-04:00")]
    [InlineData("V61", "0 30 1 * * *", "2024-11-02T12:00:00Z", "America/New_York", "2024-11-03 01:30-04:00, 2024-11-04 01:30-05:00, 2024-11-05 01:30-05:00")]
    [InlineData("V62", "0 0 0 * * *", "2018-11-02T12:00:00Z", "America/Sao_Paulo", "2018-11-03 00:00-03:00, 2018-11-04 01:00-02:00, 2018-11-05 00:00-02:00")]
    [InlineData("V63", "0 0 0/2 * * *", "2024-03-30T22:00:00Z", "Europe/Oslo", "2024-03-31 00:00+01:00, 2024-03-31 03:00+02:00, 2024-03-31 04:00+02:00")]
    public void Fires_as_Spring_does(string vector, string expression, string after, string zone, string expected)
    {
        var parsed = CronSchedule.TryParse(expression, out var schedule, out var error);
        if (expected is "invalid" or "none")
        {
            Assert.False(parsed, vector);
            Assert.Contains(expected == "none" ? "There is no such day" : "cron expression", error, StringComparison.Ordinal);
            return;
        }

        Assert.True(parsed, error);
        var timeZone = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var at = DateTimeOffset.Parse(after, CultureInfo.InvariantCulture);
        foreach (var match in expected.Split(", "))
        {
            at = schedule!.Next(at, timeZone)!.Value;
            Assert.Equal(Instant(match), at);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("* * * * *")]
    [InlineData("0 0 3 ? * MON 2030")]
    [InlineData("60 * * * * *")]
    [InlineData("0 60 * * * *")]
    [InlineData("0 0 24 * * *")]
    [InlineData("0 0 0 0 * *")]
    [InlineData("0 0 0 32 * *")]
    [InlineData("0 0 0 * 13 *")]
    [InlineData("0 0 0 * * 8")]
    [InlineData("-1 * * * * *")]
    [InlineData("0 ,5 3 * * *")]
    [InlineData("0 5, 3 * * *")]
    [InlineData("0 0/0 * * * *")]
    [InlineData("0 0/-1 * * * *")]
    [InlineData("0 0 0 W * *")]
    [InlineData("0 0 0 5-10W * *")]
    [InlineData("0 0 0 ? * L")]
    [InlineData("0 0 0 ? * MON#0")]
    [InlineData("0 0 0 ? * MONDAY")]
    [InlineData("0 0 0 1 JANUARY *")]
    [InlineData("@reboot")]
    [InlineData("0 0 H * * *")]
    [InlineData("0 0 0 5,? * *")]
    [InlineData("0 0 0 L,? * *")]
    [InlineData("0 1-2-3 * * * *")]
    [InlineData("0 5- * * * *")]
    [InlineData("0 5/ * * * *")]
    [InlineData("0 /5 * * * *")]
    [InlineData("0 1/2/3 * * * *")]
    [InlineData("0 99999999999 * * * *")]
    [InlineData("0 0 0 5L * *")]
    [InlineData("0 0 0 L3 * *")]
    [InlineData("0 0 0 ? * MON#")]
    [InlineData("0 0 0 ? * #2")]
    [InlineData("0 0 0 ? * 9L")]
    [InlineData("0 0 0 31 4,6,9,11 *")]
    [InlineData("0 0 0 31W 2 *")]
    [InlineData("* * * 30W 2 *")]
    public void Refuses_what_Spring_refuses_or_what_never_fires(string expression)
    {
        Assert.False(CronSchedule.TryParse(expression, out _, out var error));
        Assert.EndsWith($"in cron expression \"{expression}\"", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 0 24 * * *", "Invalid value for HourOfDay (valid values 0 - 23): 24 '24' in cron expression \"0 0 24 * * *\"")]
    [InlineData("0 0 22-2 * * *", "Minimum value must be less than maximum value '22-2' in cron expression \"0 0 22-2 * * *\"")]
    [InlineData("* * * * *", "There must be 6 fields, not 5, in cron expression \"* * * * *\"")]
    [InlineData("0 0 0 x * *", "\"x\" is not a number 'x' in cron expression \"0 0 0 x * *\"")]
    public void Says_which_field_is_wrong(string expression, string message)
    {
        Assert.False(CronSchedule.TryParse(expression, out _, out var error));
        Assert.Equal(message, error);
    }

    [Theory]
    [InlineData("+5 * * * * *", "5 * * * * *")]
    [InlineData("0 0 0 ? * MON#1,MON#6", "0 0 0 ? * MON#1")]
    [InlineData("0 0 0 L,L-40 * *", "0 0 0 L * *")]
    [InlineData("0 0 0 ? * 5l", "0 0 0 ? * FRIL")]
    [InlineData("\t0 0 3 * * *\n", "0 0 3 * * *")]
    [InlineData("0 0 0 28W,15 * 1L,TUE", "0 0 0 15,28W * TUE,1L")]
    [InlineData("0 0 0 ? * 0-2", "0 0 0 ? * SUN,MON,TUE")]
    public void Spellings_that_mean_the_same_fire_at_the_same_times(string one, string other)
    {
        var (left, right) = (CronSchedule.Parse(one), CronSchedule.Parse(other));
        var (a, b) = (new DateTimeOffset(2024, 2, 28, 10, 0, 0, TimeSpan.Zero), new DateTimeOffset(2024, 2, 28, 10, 0, 0, TimeSpan.Zero));
        for (var i = 0; i < 20; i++)
        {
            a = left.Next(a, TimeZoneInfo.Utc)!.Value;
            b = right.Next(b, TimeZoneInfo.Utc)!.Value;
            Assert.Equal(a, b);
        }
    }

    private static DateTimeOffset Instant(string text)
    {
        string[] formats = ["yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mmzzz", "yyyy-MM-dd HH:mm:sszzz"];
        return DateTimeOffset.ParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }
}
