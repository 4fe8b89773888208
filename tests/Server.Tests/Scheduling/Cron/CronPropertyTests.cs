using CsCheck;
using Dhis2Grpc.Server.Scheduling.Cron;

namespace Dhis2Grpc.Server.Tests.Scheduling.Cron;

public sealed class CronPropertyTests
{
    private static readonly Gen<DateTime> Instant =
        Gen.Long[new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks, new DateTime(2060, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks]
            .Select(t => new DateTime(t, DateTimeKind.Utc));

    private static readonly Gen<TimeZoneInfo> Zone = Gen.OneOfConst(
        TimeZoneInfo.Utc,
        TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo"),
        TimeZoneInfo.FindSystemTimeZoneById("America/Sao_Paulo"),
        TimeZoneInfo.FindSystemTimeZoneById("Australia/Lord_Howe"),
        TimeZoneInfo.FindSystemTimeZoneById("Asia/Kathmandu"));

    [Fact]
    public void Fires_when_a_naive_evaluator_does() => Gen.Select(CronGen.Expression, Instant).Sample(
        (naive, after) =>
        {
            if (!CronSchedule.TryParse(naive.Text, out var schedule, out var error))
                return error.StartsWith("There is no such day", StringComparison.Ordinal) && naive.Next(new DateTime(2000, 1, 1), 2400) is null;
            var next = schedule.Next(after, TimeZoneInfo.Utc);
            return next?.UtcDateTime == naive.Next(after, 2499);
        },
        iter: 300,
        print: p => $"{p.Item1.Text} after {p.Item2:O}");

    [Fact]
    public void Goes_forward_and_leaves_nothing_out() => Gen.Select(CronGen.Expression, Instant, Zone).Sample(
        (naive, after, zone) =>
        {
            if (!CronSchedule.TryParse(naive.Text, out var schedule, out _))
                return true;
            var at = new DateTimeOffset(after);
            for (var i = 0; i < 4 && schedule.Next(at, zone) is { } next; i++)
            {
                // Whatever the instant before it, the occurrence is the same.
                var between = at + ((next - at) / 2);
                if (next <= at || schedule.Next(between, zone) != next || schedule.Next(next.AddTicks(-1), zone) != next)
                    return false;
                at = next;
            }

            return true;
        },
        iter: 500,
        print: p => $"{p.Item1.Text} after {p.Item2:O} in {p.Item3.Id}");

    [Fact]
    public void Any_text_is_read_or_refused_with_a_reason() => Gen.String.Array[1, 8].Select(a => string.Join(' ', a)).Sample(text =>
        CronSchedule.TryParse(text, out _, out var error) || error.Contains("in cron expression", StringComparison.Ordinal));
}
