using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Data;

/// <summary>Instants as DHIS2 servers of all ages write them, read and written without a text in between.</summary>
internal static class WireTime
{
    /// <summary>Length of what <see cref="Write"/> writes.</summary>
    public const int Length = 28;

    /// <summary>Reads yyyy-MM-dd, with a time to the minute or finer and a zone (Z, +0000 or +00:00) as the writer liked;
    /// without a zone it is taken as UTC. The result is UTC.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTime time)
    {
        time = default;
        if (text.Length < 10 || text[4] != '-' || !Period.TryParse(text[..10], out var day))
            return false;
        time = day.Start.ToDateTime(default, DateTimeKind.Utc);
        if (text.Length == 10)
            return true;
        if (text[10] is not ((byte)'T' or (byte)' '))
            return false;
        var clock = text[11..];
        var zone = clock.IndexOfAny((byte)'Z', (byte)'+', (byte)'-');
        if (zone >= 0 && !TryZone(clock[zone..], ref time))
            return false;
        return TryClock(zone < 0 ? clock : clock[..zone], ref time);
    }

    /// <summary>Writes yyyy-MM-ddTHH:mm:ss.SSS+0000.</summary>
    public static void Write(DateTime time, Span<byte> buffer)
    {
        PeriodParser.Number(time.Year, buffer[..4]);
        buffer[4] = (byte)'-';
        PeriodParser.Number(time.Month, buffer[5..7]);
        buffer[7] = (byte)'-';
        PeriodParser.Number(time.Day, buffer[8..10]);
        buffer[10] = (byte)'T';
        PeriodParser.Number(time.Hour, buffer[11..13]);
        buffer[13] = (byte)':';
        PeriodParser.Number(time.Minute, buffer[14..16]);
        buffer[16] = (byte)':';
        PeriodParser.Number(time.Second, buffer[17..19]);
        buffer[19] = (byte)'.';
        PeriodParser.Number(time.Millisecond, buffer[20..23]);
        "+0000"u8.CopyTo(buffer[23..]);
    }

    private static bool TryClock(ReadOnlySpan<byte> clock, ref DateTime time)
    {
        if (clock.Length < 5 || clock[2] != ':' || !Number(clock, 0, 24, out var hour) || !Number(clock, 3, 60, out var minute))
            return false;
        time = time.AddHours(hour).AddMinutes(minute);
        if (clock.Length == 5)
            return true;
        if (clock.Length < 8 || clock[5] != ':' || !Number(clock, 6, 60, out var second))
            return false;
        time = time.AddSeconds(second);
        if (clock.Length == 8)
            return true;
        if (clock[8] != '.' || clock.Length is < 10 or > 18 || !PeriodParser.TryNumber(clock[9..], out var fraction))
            return false;
        var ticks = fraction * (double)TimeSpan.TicksPerSecond / Math.Pow(10, clock.Length - 9);
        time = time.AddTicks((long)ticks);
        return true;
    }

    private static bool TryZone(ReadOnlySpan<byte> zone, ref DateTime time)
    {
        if (zone.SequenceEqual("Z"u8))
            return true;
        var minutes = zone.Length == 6 && zone[3] == ':' ? 4 : 3;
        if (zone[0] == 'Z' || zone.Length != minutes + 2 || !Number(zone, 1, 15, out var hour) || !Number(zone, minutes, 60, out var minute))
            return false;
        var offset = TimeSpan.FromMinutes(hour * 60 + minute);
        time = zone[0] == '-' ? time + offset : time - offset;
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> text, int at, int limit, out int number) =>
        PeriodParser.TryNumber(text.Slice(at, 2), out number) && number < limit;
}
