using System.Globalization;

namespace Dhis2Grpc.Server.Jobs;

/// <summary>How times and durations stand in settings.</summary>
internal static class SettingTime
{
    private const string Instant = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>An instant in UTC, such as 2024-02-28T03:00:00.000Z.</summary>
    public static string Format(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString(Instant, CultureInfo.InvariantCulture);

    /// <summary>A duration such as 00:00:02.513; hours may exceed 23.</summary>
    public static string Format(TimeSpan duration) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(long)duration.TotalHours:00}:{duration.Minutes:00}:{duration.Seconds:00}.{duration.Milliseconds:000}");

    /// <summary>Reads what <see cref="Format(DateTimeOffset)"/> wrote, or DHIS2's form without zone as UTC; null when
    /// the text is neither.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : null;
}
