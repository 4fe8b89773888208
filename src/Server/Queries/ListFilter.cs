using System.Globalization;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Queries;

/// <summary>One of DHIS2's list filters, <c>property:operator[:value]</c>, as it was written; what it means is up to
/// whoever holds the objects.</summary>
/// <param name="Property">Property, such as <c>lastUpdatedBy.username</c>.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Value">With what; empty for operators that compare with nothing.</param>
internal sealed record ListFilter(string Property, FilterOperator Operator, string Value)
{
    /// <summary>Stands for any of <see cref="Identifying"/>.</summary>
    public const string Identifiable = "identifiable";

    /// <summary>Properties that objects are known by.</summary>
    public static IReadOnlyList<string> Identifying { get; } = ["id", "code", "name"];

    /// <summary>Entries of a list value such as <c>[a,b]</c>.</summary>
    public string[] Values => Members(Value);

    /// <summary>Reads a filter.</summary>
    /// <exception cref="Dhis2Exception">It makes no sense (E1003).</exception>
    public static ListFilter Parse(string text)
    {
        var parts = text.Split(':', 3);
        if (parts.Length < 2 || parts[0].Length == 0)
            throw Bad($"Invalid filter => {text}");
        if (FilterOperator.Parse(parts[1]) is not { } op)
            throw Bad($"`{parts[1]}` is not a valid operator.");
        if (op.NeedsValue && parts.Length < 3)
            throw Bad($"Invalid filter => {text}");
        return new ListFilter(parts[0], op, parts.Length > 2 ? parts[2] : "");
    }

    /// <summary>Whether one filter that holds is enough.</summary>
    /// <param name="rootJunction">AND, OR or empty for AND.</param>
    public static bool IsAny(string? rootJunction) => "OR".Equals(rootJunction, StringComparison.OrdinalIgnoreCase);

    /// <summary>Entries of a list value such as <c>[a,b]</c>.</summary>
    public static string[] Members(string value) => (value.StartsWith('[') && value.EndsWith(']') ? value[1..^1] : value)
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The property does not exist.</summary>
    public static Dhis2Exception Unknown(string property) => Bad($"Unknown path property: {property}");

    /// <summary>A number to compare with.</summary>
    /// <exception cref="Dhis2Exception">It is none (E1003).</exception>
    public static decimal Number(string value) =>
        decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var n) ? n : throw Bad($"`{value}` is not a number.");

    /// <summary>A truth value to compare with.</summary>
    /// <exception cref="Dhis2Exception">It is none (E1003).</exception>
    public static bool Flag(string value) => bool.TryParse(value, out var b) ? b : throw Bad($"`{value}` is not true or false.");

    /// <summary>An instant to compare with: a date, or a date and time, coarse ones too.</summary>
    /// <exception cref="Dhis2Exception">It is none (E1003).</exception>
    public static DateTimeOffset Instant(string value, TimeZoneInfo zone)
    {
        string[] coarse = ["yyyy", "yyyy-MM"];
        if (!DateTime.TryParseExact(value, coarse, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            && !DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out local))
            throw Bad($"`{value}` is not a date.");
        // The first and the last day of the calendar have no instant in every zone.
        if (local.Ticks < TimeSpan.TicksPerDay || local.Ticks > DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay)
            throw Bad($"`{value}` is not a date that this server can compare with.");
        return local.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(local, zone.GetUtcOffset(local))
            : new DateTimeOffset(local.ToUniversalTime());
    }

    /// <summary>A filter that makes no sense.</summary>
    public static Dhis2Exception Bad(string message) => new(ErrorKind.InvalidArgument, message, "E1003") { HttpStatusUntil40 = 409 };
}
