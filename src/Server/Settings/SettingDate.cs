using System.Globalization;

namespace Dhis2Grpc.Server.Settings;

/// <summary>How instants stand in settings: UTC to the millisecond, such as 2026-02-28T03:00:00.000Z.</summary>
internal static class SettingDate
{
    private const string Canonical = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string Local = "yyyy-MM-dd'T'HH:mm:ss.fff";

    private static readonly string[] Forms =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss",
    ];

    /// <summary>The canonical form.</summary>
    public static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString(Canonical, CultureInfo.InvariantCulture);

    /// <summary>DHIS2's form: in the zone, without offset.</summary>
    public static string FormatLocal(DateTimeOffset instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(instant, zone).ToString(Local, CultureInfo.InvariantCulture);

    /// <summary>Reads ISO 8601, to the day or finer, or milliseconds since 1970. Without offset it is in the zone.</summary>
    public static bool TryParse(string text, TimeZoneInfo zone, out DateTimeOffset instant)
    {
        instant = default;
        if (text.Length > 8 && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds))
        {
            if (milliseconds is < 0 or > 253_402_300_799_999)
                return false;
            instant = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            return true;
        }

        // +0000 is DHIS2's usual spelling, and no form that .NET reads.
        if (text.Length > 19 && text[^5] is '+' or '-' && text.AsSpan(^4).IndexOfAnyExceptInRange('0', '9') < 0)
            text = text.Insert(text.Length - 2, ":");
        if (!DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time))
            return false;
        if (time.Kind == DateTimeKind.Unspecified)
        {
            var offset = zone.GetUtcOffset(time);
            if (time.Ticks < offset.Ticks)
                return false;
            instant = new DateTimeOffset(time, offset);
        }
        else
        {
            instant = time.ToUniversalTime();
        }
        return true;
    }
}
