using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Times, spans, sizes and rates as people read them.</summary>
internal static class ShownText
{
    /// <summary>Local time, or empty.</summary>
    public static string Time(Timestamp? time) =>
        time is null ? "" : time.ToDateTimeOffset().ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A span such as 850 ms, 12.3 s, 4 min 05 s or 2 h 10 min; empty for none.</summary>
    public static string Span(TimeSpan? span) => span switch
    {
        null => "",
        { TotalSeconds: < 1 } s => string.Create(CultureInfo.InvariantCulture, $"{s.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } s => string.Create(CultureInfo.InvariantCulture, $"{s.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } s => string.Create(CultureInfo.InvariantCulture, $"{s.Minutes} min {s.Seconds:00} s"),
        { } s => string.Create(CultureInfo.InvariantCulture, $"{(int)s.TotalHours} h {s.Minutes:00} min"),
    };

    /// <summary>A size such as 12.3 MB.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB"),
    };

    /// <summary>A count with thousands separators.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A rate such as 12.3/s; empty for none.</summary>
    public static string Rate(double? perSecond) => perSecond switch
    {
        null => "",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.0}/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{perSecond:N0}/s"),
    };
}
