using System.Globalization;
using System.Text.Json;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Reads JSON scalars as leniently as DHIS2 does: numbers and booleans may be text, times may have a zone or not.</summary>
internal static class Scalars
{
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mmzzz",
        "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd",
    ];

    /// <summary>Text of a string, number or boolean; null of anything else.</summary>
    public static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    /// <summary>Whether the value is one of the property's.</summary>
    public static bool Fits(Property property, JsonElement value)
    {
        if (property.Kind == PropertyKind.Json) return true;
        if (Text(value) is not { } text) return false;
        return property.Kind switch
        {
            PropertyKind.Boolean => text is "true" or "false",
            PropertyKind.Integer => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            PropertyKind.Number => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number),
            PropertyKind.Date or PropertyKind.Time => value.ValueKind == JsonValueKind.String && TryTime(text, out _),
            PropertyKind.Choice => property.Choices!.Contains(text),
            PropertyKind.PeriodType => Choices.PeriodTypes.Contains(text),
            PropertyKind.Period => Period.TryParse(text, out _),
            _ => true,
        };
    }

    /// <summary>Reads a time as UTC; one without zone is taken as it is.</summary>
    public static bool TryTime(string text, out DateTime time)
    {
        // +0000 is what DHIS2 writes; .NET reads +00:00.
        if (text.Length > 5 && text[^5] is '+' or '-' && text.Contains('T', StringComparison.Ordinal)) text = $"{text[..^2]}:{text[^2..]}";
        if (!DateTime.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)) return false;
        time = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
        return true;
    }
}
