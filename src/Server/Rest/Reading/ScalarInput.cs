using System.Globalization;
using Dhis2.Rest.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Rest.Reading;

/// <summary>Reads a single value from its text, as leniently as DHIS2 does.</summary>
internal static class ScalarInput
{
    /// <summary>Makes a field's value of a text; null when the text is no such value.</summary>
    public static object? Parse(ReadMember member, string text, TimeZoneInfo zone) => member.Field.FieldType switch
    {
        FieldType.String => text,
        FieldType.Bool => ParseBool(text),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => ParseWhole(text) is { } n && n >= int.MinValue && n <= int.MaxValue ? (int)n : null,
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 => ParseWhole(text) is { } n && n >= long.MinValue && n <= long.MaxValue ? (long)n : null,
        FieldType.UInt32 or FieldType.Fixed32 => ParseWhole(text) is { } n && n >= 0 && n <= uint.MaxValue ? (uint)n : null,
        FieldType.UInt64 or FieldType.Fixed64 => ParseWhole(text) is { } n && n >= 0 && n <= ulong.MaxValue ? (ulong)n : null,
        FieldType.Double => double.TryParse(text, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? d : null,
        FieldType.Float => float.TryParse(text, CultureInfo.InvariantCulture, out var f) && float.IsFinite(f) ? f : null,
        FieldType.Enum => member.Names!.TryNumber(text, out var number) ? number : null,
        FieldType.Bytes => ParseBytes(text),
        FieldType.Message when IsTimestamp(member.Field) => DateInput.TryParse(text, zone, out var time) ? time : null,
        FieldType.Message when IsDuration(member.Field) => ParseDuration(member.Options.Duration, text),
        _ => null,
    };

    /// <summary>The field holds one value that a text can stand for.</summary>
    public static bool IsScalar(FieldDescriptor field) => field.FieldType != FieldType.Message || IsTimestamp(field) || IsDuration(field);

    /// <summary>What the caller should have sent, in words.</summary>
    public static string Expected(ReadMember member) => member.Field.FieldType switch
    {
        FieldType.String => "a text",
        FieldType.Bool => "true or false",
        FieldType.Double or FieldType.Float => "a number",
        FieldType.Enum => "one of " + string.Join(", ", member.Names!.All),
        FieldType.Bytes => "Base64",
        FieldType.Message when IsTimestamp(member.Field) => "a date such as 2024-02-28T03:00:00.000",
        FieldType.Message when IsDuration(member.Field) => member.Options.Duration switch
        {
            DurationFormat.Seconds => "a number of seconds",
            DurationFormat.Milliseconds => "a number of milliseconds",
            DurationFormat.Clock => "a time such as 00:01:30.000",
            _ => "a duration such as 1.5s",
        },
        FieldType.Message => "an object",
        _ => "a whole number",
    };

    private static bool IsTimestamp(FieldDescriptor field) => field.MessageType.FullName == Timestamp.Descriptor.FullName;

    private static bool IsDuration(FieldDescriptor field) => field.MessageType.FullName == Duration.Descriptor.FullName;

    private static object? ParseBool(string text) => text.Trim().ToUpperInvariant() switch
    {
        "TRUE" or "1" => true,
        "FALSE" or "0" => false,
        _ => null,
    };

    // Fractions are cut off, as DHIS2 does.
    private static decimal? ParseWhole(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? decimal.Truncate(number) : null;

    private static ByteString? ParseBytes(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? ByteString.CopyFrom(bytes, 0, length) : null;
    }

    private static Duration? ParseDuration(DurationFormat format, string text)
    {
        // Protobuf's limit, about 10,000 years.
        const decimal Limit = 315_576_000_000;
        text = text.Trim();
        if (format == DurationFormat.Clock)
            return ParseClock(text);
        if (format == DurationFormat.Unspecified)
        {
            if (!text.EndsWith('s'))
                return null;
            text = text[..^1];
        }

        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return null;
        var seconds = format switch
        {
            DurationFormat.Seconds => decimal.Truncate(number),
            DurationFormat.Milliseconds => decimal.Truncate(number) / 1000,
            _ => number,
        };
        return Math.Abs(seconds) > Limit
            ? null
            : new Duration { Seconds = (long)decimal.Truncate(seconds), Nanos = (int)((seconds - decimal.Truncate(seconds)) * 1_000_000_000) };
    }

    private static Duration? ParseClock(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 3
            && uint.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes < 60
            && decimal.TryParse(parts[2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < 60
                ? new Duration { Seconds = hours * 3600L + minutes * 60 + (long)seconds, Nanos = (int)((seconds - decimal.Truncate(seconds)) * 1_000_000_000) }
                : null;
    }
}
