using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Writes times and durations as DHIS2 does, without allocation.</summary>
internal static class DateText
{
    /// <summary>Room for any text written here.</summary>
    public const int MaxLength = 32;

    private static readonly long _epochTicks = DateTime.UnixEpoch.Ticks;

    /// <summary><c>yyyy-MM-ddTHH:mm:ss.SSS</c> in the zone, without offset.</summary>
    public static int Local(Timestamp value, TimeZoneInfo zone, Span<byte> to) => DateTimeText(ToLocal(value, zone), to);

    /// <summary><c>yyyy-MM-ddTHH:mm:ss.SSS+0000</c> in UTC.</summary>
    public static int Offset(Timestamp value, Span<byte> to)
    {
        var length = DateTimeText(ToUtc(value), to);
        "+0000"u8.CopyTo(to[length..]);
        return length + 5;
    }

    /// <summary><c>yyyy-MM-dd</c> in the zone.</summary>
    public static int Date(Timestamp value, TimeZoneInfo zone, Span<byte> to)
    {
        DateOnlyText(DateOnly.FromDateTime(ToLocal(value, zone)), to);
        return 10;
    }

    /// <summary><c>HH:mm:ss.SSS</c>; hours may exceed 23.</summary>
    public static int Clock(Duration value, Span<byte> to)
    {
        var milliseconds = Milliseconds(value);
        var length = 0;
        if (milliseconds < 0)
        {
            to[length++] = (byte)'-';
            milliseconds = -milliseconds;
        }

        var hours = milliseconds / 3_600_000;
        if (hours < 100)
        {
            Two((int)hours, to[length..]);
            length += 2;
        }
        else
        {
            hours.TryFormat(to[length..], out var digits, default, System.Globalization.CultureInfo.InvariantCulture);
            length += digits;
        }

        to[length] = (byte)':';
        Two((int)(milliseconds / 60_000 % 60), to[(length + 1)..]);
        to[length + 3] = (byte)':';
        Two((int)(milliseconds / 1000 % 60), to[(length + 4)..]);
        to[length + 6] = (byte)'.';
        Three((int)(milliseconds % 1000), to[(length + 7)..]);
        return length + 10;
    }

    /// <summary>Whole milliseconds of a duration.</summary>
    public static long Milliseconds(Duration value) => value.Seconds * 1000 + value.Nanos / 1_000_000;

    private static DateTime ToUtc(Timestamp value)
    {
        var ticks = _epochTicks + Math.Clamp(value.Seconds, -62_135_596_800, 253_402_300_799) * TimeSpan.TicksPerSecond + value.Nanos / 100;
        return new DateTime(ticks, DateTimeKind.Utc);
    }

    private static DateTime ToLocal(Timestamp value, TimeZoneInfo zone)
    {
        var utc = ToUtc(value);
        return ReferenceEquals(zone, TimeZoneInfo.Utc) ? utc : TimeZoneInfo.ConvertTimeFromUtc(utc, zone);
    }

    private static int DateTimeText(DateTime value, Span<byte> to)
    {
        value.Deconstruct(out DateOnly date, out TimeOnly time);
        DateOnlyText(date, to);
        to[10] = (byte)'T';
        time.Deconstruct(out int hour, out int minute, out int second, out int millisecond);
        Two(hour, to[11..]);
        to[13] = (byte)':';
        Two(minute, to[14..]);
        to[16] = (byte)':';
        Two(second, to[17..]);
        to[19] = (byte)'.';
        Three(millisecond, to[20..]);
        return 23;
    }

    private static void DateOnlyText(DateOnly date, Span<byte> to)
    {
        date.Deconstruct(out var year, out var month, out var day);
        Two(year / 100, to);
        Two(year % 100, to[2..]);
        to[4] = (byte)'-';
        Two(month, to[5..]);
        to[7] = (byte)'-';
        Two(day, to[8..]);
    }

    private static void Two(int value, Span<byte> to)
    {
        to[1] = (byte)('0' + value % 10);
        to[0] = (byte)('0' + value / 10);
    }

    private static void Three(int value, Span<byte> to)
    {
        Two(value / 10, to);
        to[2] = (byte)('0' + value % 10);
    }
}
