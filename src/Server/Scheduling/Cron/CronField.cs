using System.Globalization;

namespace Dhis2Grpc.Server.Scheduling.Cron;

/// <summary>One field of a cron expression as Spring reads it.</summary>
/// <param name="Kind">Which field.</param>
/// <param name="Bits">Its plain values.</param>
/// <param name="Interval">Written with a star, a range or a step: it means "every", not a fixed time.</param>
/// <param name="Specials">Members with L, W or #, in Spring's spelling with numbers.</param>
internal sealed record CronField(CronFieldKind Kind, ulong Bits, bool Interval, IReadOnlyList<string> Specials)
{
    private static readonly string[] Months =
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    private static readonly string[] Days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

    /// <summary>The members that Cronos can read, of which any may match: the plain values together, and each special.</summary>
    public IEnumerable<string> Members
    {
        get
        {
            if (Bits != 0)
                yield return Plain();
            foreach (var special in Specials)
                yield return special;
        }
    }

    /// <summary>Reads a field.</summary>
    /// <exception cref="FormatException">Spring would not accept it.</exception>
    public static CronField Parse(string text, CronFieldKind kind)
    {
        try
        {
            var value = kind == CronFieldKind.Month ? ReplaceNames(text, Months)
                : kind == CronFieldKind.DayOfWeek ? ReplaceNames(text, Days)
                : text;
            var isDay = kind == CronFieldKind.DayOfMonth || kind == CronFieldKind.DayOfWeek;
            return isDay && value == "?" ? new CronField(kind, kind.All, true, []) : ParseList(value, kind);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{e.Message} '{text}'", e);
        }
    }

    private static CronField ParseList(string value, CronFieldKind kind)
    {
        var bits = 0UL;
        var interval = false;
        var specials = new List<string>();
        foreach (var member in value.Split(','))
        {
            if (CronSpecial.IsSpecial(member, kind))
            {
                if (CronSpecial.Parse(member, kind) is { } special && !specials.Contains(special))
                    specials.Add(special);
                continue;
            }

            var (memberBits, memberInterval) = ParseMember(member, kind);
            bits |= memberBits;
            interval |= memberInterval;
        }

        // Cron knows Sunday as 0 and 7; from here on it is 7.
        if (kind == CronFieldKind.DayOfWeek && (bits & 1) != 0)
            bits = (bits & ~1UL) | (1UL << 7);
        return new CronField(kind, bits, interval, specials);
    }

    private static (ulong Bits, bool Interval) ParseMember(string member, CronFieldKind kind)
    {
        var slash = member.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            var (low, high) = ParseRange(member, kind);
            return (CronFieldKind.Bits(low, high, 1), member == "*" || member.Contains('-', StringComparison.Ordinal));
        }

        var range = member[..slash];
        var (from, to) = ParseRange(range, kind);
        if (!range.Contains('-', StringComparison.Ordinal))
            to = kind.Max;
        var step = Number(member[(slash + 1)..]);
        return step > 0
            ? (CronFieldKind.Bits(from, to, step), true)
            : throw new FormatException("Incrementer delta must be 1 or higher");
    }

    private static (int Low, int High) ParseRange(string range, CronFieldKind kind)
    {
        if (range == "*")
            return (kind.Min, kind.Max);
        var hyphen = range.IndexOf('-', StringComparison.Ordinal);
        if (hyphen < 0)
        {
            var value = kind.Check(Number(range));
            return (value, value);
        }

        var low = kind.Check(Number(range[..hyphen]));
        var high = kind.Check(Number(range[(hyphen + 1)..]));
        if (kind == CronFieldKind.DayOfWeek && low == 7)
            low = 0;
        return low <= high ? (low, high) : throw new FormatException("Minimum value must be less than maximum value");
    }

    /// <summary>Reads a number as Java does: a sign and leading zeros are fine.</summary>
    internal static int Number(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException(text.Length == 0 ? "A number is missing" : $"\"{text}\" is not a number");

    // Spring replaces the names as text, wherever they stand.
    private static string ReplaceNames(string text, string[] names)
    {
        var value = text.ToUpper(CultureInfo.InvariantCulture);
        for (var i = 0; i < names.Length; i++)
            value = value.Replace(names[i], (i + 1).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return value;
    }

    // Values in a list, so that no step or range is left that Cronos would read differently. A range of one value
    // keeps the mark of an interval, which decides what Cronos does when the clock is set back.
    private string Plain()
    {
        if (Bits == Kind.All)
            return "*";
        var values = Enumerable.Range(0, 64).Where(i => (Bits & (1UL << i)) != 0).ToList();
        var list = string.Join(',', values);
        return Interval ? $"{values[0]}-{list}" : list;
    }
}
