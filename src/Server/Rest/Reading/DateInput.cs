using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Rest.Reading;

/// <summary>Reads dates in the forms that DHIS2 accepts: ISO date or date-time with up to nine fraction digits and an
/// optional offset, a year, a month, or milliseconds since 1970. Without offset they are in the server's zone.</summary>
internal static class DateInput
{
    private static readonly string[] _dates = ["yyyy-MM-dd", "yyyy-MM", "yyyy"];
    private static readonly string[] _times =
    [
        "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH",
    ];

    /// <summary>Reads a text.</summary>
    public static bool TryParse(string text, TimeZoneInfo zone, out Timestamp value)
    {
        value = new Timestamp();
        text = text.Trim();
        // Four digits are a year; longer runs of digits are milliseconds.
        if (text.Length > 4 && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds))
            return TryFromMilliseconds(milliseconds, out value);
        if (DateTime.TryParseExact(text, _dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return TryFromLocal(date, 0, null, zone, out value);
        if (!TrySplitOffset(ref text, out var offset) || !TrySplitFraction(ref text, out var nanos))
            return false;
        return DateTime.TryParseExact(text, _times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            && TryFromLocal(time, nanos, offset, zone, out value);
    }

    /// <summary>Milliseconds since 1970.</summary>
    public static bool TryFromMilliseconds(long milliseconds, out Timestamp value)
    {
        var inRange = milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999;
        value = inRange ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToTimestamp() : new Timestamp();
        return inRange;
    }

    private static bool TryFromLocal(DateTime local, int nanos, TimeSpan? offset, TimeZoneInfo zone, out Timestamp value)
    {
        // A local time that a clock change skips moves on by the length of the gap, as Java does.
        if (offset is null && zone.IsInvalidTime(local))
            offset = zone.GetUtcOffset(local.AddDays(-1));
        var ticks = local.Ticks - (offset ?? zone.GetUtcOffset(local)).Ticks;
        value = new Timestamp();
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
            return false;
        value = new DateTime(ticks, DateTimeKind.Utc).ToTimestamp();
        value.Nanos = nanos;
        return true;
    }

    // Z, +02, +0200 or +02:00.
    private static bool TrySplitOffset(ref string text, out TimeSpan? offset)
    {
        offset = null;
        if (text.EndsWith('Z') || text.EndsWith('z'))
        {
            (text, offset) = (text[..^1], TimeSpan.Zero);
            return true;
        }

        var at = text.LastIndexOfAny(['+', '-']);
        if (at < 11 || text.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon) || at < colon)
            return true;
        var digits = text[(at + 1)..].Replace(":", "", StringComparison.Ordinal);
        if (digits.Length is not (2 or 4) || !int.TryParse(digits.PadRight(4, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out var hhmm)
            || hhmm / 100 > 18 || hhmm % 100 > 59)
            return false;
        var span = new TimeSpan(hhmm / 100, hhmm % 100, 0);
        (text, offset) = (text[..at], text[at] == '-' ? -span : span);
        return true;
    }

    private static bool TrySplitFraction(ref string text, out int nanos)
    {
        nanos = 0;
        var at = text.IndexOfAny(['.', ',']);
        if (at < 0)
            return true;
        var digits = text[(at + 1)..];
        if (digits.Length is 0 or > 9 || !int.TryParse(digits.PadRight(9, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out nanos))
            return false;
        text = text[..at];
        return true;
    }
}
