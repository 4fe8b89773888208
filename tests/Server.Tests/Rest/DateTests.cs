using System.Text;
using CsCheck;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf.WellKnownTypes;

namespace Server.Tests.Rest;

public sealed class DateTests
{
    private static readonly TimeZoneInfo _kampala = TimeZoneInfo.FindSystemTimeZoneById("Africa/Kampala");
    private static readonly TimeZoneInfo _oslo = TimeZoneInfo.FindSystemTimeZoneById("Europe/Oslo");

    [Theory]
    [InlineData("2024", "2024-01-01T00:00:00Z")]
    [InlineData("2024-02", "2024-02-01T00:00:00Z")]
    [InlineData("2024-02-28", "2024-02-28T00:00:00Z")]
    [InlineData("2024-02-28T03:00", "2024-02-28T03:00:00Z")]
    [InlineData("2024-02-28T03:00:01", "2024-02-28T03:00:01Z")]
    [InlineData("2024-02-28 03:00:01", "2024-02-28T03:00:01Z")]
    [InlineData("2024-02-28T03:00:01.5", "2024-02-28T03:00:01.5Z")]
    [InlineData("2024-02-28T03:00:01.123456789", "2024-02-28T03:00:01.123456789Z")]
    [InlineData("2024-02-28T03:00:01.123Z", "2024-02-28T03:00:01.123Z")]
    [InlineData("2024-02-28T03:00:01+0200", "2024-02-28T01:00:01Z")]
    [InlineData("2024-02-28T03:00:01.000-05:30", "2024-02-28T08:30:01Z")]
    [InlineData("2024-02-28T03:00:01+02", "2024-02-28T01:00:01Z")]
    [InlineData("1709089201000", "2024-02-28T03:00:01Z")]
    [InlineData("-86400000", "1969-12-31T00:00:00Z")]
    public void Dates_are_read_in_every_form_that_DHIS2_takes(string text, string expected)
    {
        Assert.True(DateInput.TryParse(text, TimeZoneInfo.Utc, out var value));
        Assert.Equal(Parse(expected), value);
    }

    [Theory]
    [InlineData("2024-02-28T03:00:01", "2024-02-28T00:00:01Z")]
    [InlineData("2024-02-28", "2024-02-27T21:00:00Z")]
    [InlineData("2024-02-28T03:00:01Z", "2024-02-28T03:00:01Z")]
    public void Dates_without_offset_are_in_the_servers_zone(string text, string expected)
    {
        Assert.True(DateInput.TryParse(text, _kampala, out var value));
        Assert.Equal(Parse(expected), value);
    }

    [Fact]
    public void A_local_time_that_the_clock_skips_moves_on()
    {
        Assert.True(DateInput.TryParse("2024-03-31T02:30:00", _oslo, out var value));
        Assert.Equal(Parse("2024-03-31T01:30:00Z"), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("2024-13-01")]
    [InlineData("2024-02-30")]
    [InlineData("2024-02-28T25:00:00")]
    [InlineData("2024-02-28T03:00:01.1234567890")]
    [InlineData("2024-02-28T03:00:01.")]
    [InlineData("2024-02-28T03:00:01+99:00")]
    [InlineData("99999999999999999")]
    [InlineData("0001-01-01T00:00:00+18:00")]
    public void Other_texts_are_no_dates(string text) => Assert.False(DateInput.TryParse(text, TimeZoneInfo.Utc, out _));

    [Fact]
    public void A_written_date_reads_back_as_the_same_instant()
    {
        Gen.Select(Gen.DateTime, Gen.OneOfConst(TimeZoneInfo.Utc, _kampala)).Sample((when, zone) =>
        {
            var value = Timestamp.FromDateTime(DateTime.SpecifyKind(new DateTime(when.Ticks / 10_000 * 10_000), DateTimeKind.Utc));
            // The zone's offset must not carry the date out of the calendar.
            if (when.Year is 1 or 9999)
                return true;
            Span<byte> text = stackalloc byte[DateText.MaxLength];
            var local = Encoding.ASCII.GetString(text[..DateText.Local(value, zone, text)]);
            var offset = Encoding.ASCII.GetString(text[..DateText.Offset(value, text)]);
            return DateInput.TryParse(local, zone, out var a) && a.Equals(value) && DateInput.TryParse(offset, zone, out var b) && b.Equals(value);
        });
    }

    [Theory]
    [InlineData(0, "00:00:00.000")]
    [InlineData(21_780, "00:00:21.780")]
    [InlineData(3_599_999, "00:59:59.999")]
    [InlineData(360_000_000, "100:00:00.000")]
    [InlineData(-1500, "-00:00:01.500")]
    public void Durations_are_written_as_a_clock_that_does_not_wrap(long milliseconds, string expected)
    {
        Span<byte> text = stackalloc byte[DateText.MaxLength];
        var length = DateText.Clock(Duration.FromTimeSpan(TimeSpan.FromMilliseconds(milliseconds)), text);
        Assert.Equal(expected, Encoding.ASCII.GetString(text[..length]));
    }

    private static Timestamp Parse(string json) => Google.Protobuf.JsonParser.Default.Parse<Timestamp>($"\"{json}\"");
}
