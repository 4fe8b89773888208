using System.Text;

namespace Dhis2Grpc.Server.Periods;

/// <summary>A span of days that data belongs to, such as March 2024. A value: equal when type and days are, usable as
/// a key. The default value is no period.</summary>
/// <param name="Type">What kind of span.</param>
/// <param name="Start">First day.</param>
/// <param name="End">Last day, inclusive.</param>
internal readonly record struct Period(PeriodType Type, DateOnly Start, DateOnly End)
{
    /// <summary>Length of the longest identifier, such as 2024WedW52.</summary>
    public const int MaxIsoLength = 11;

    /// <summary>DHIS2's identifier, such as 202403.</summary>
    public string Iso
    {
        get
        {
            Span<char> buffer = stackalloc char[MaxIsoLength];
            return new string(buffer[..TryFormat(buffer)]);
        }
    }

    /// <summary>Number of days.</summary>
    public int Days => End.DayNumber - Start.DayNumber + 1;

    /// <summary>The day that decides which longer period this one counts to: the first, for weeks the fourth.</summary>
    public DateOnly ReferenceDay => Type.IsWeekly ? Start.AddDays(3) : Start;

    /// <summary>The following period of the type.</summary>
    public Period Next => Type.Shift(this, 1);

    /// <summary>The preceding period of the type.</summary>
    public Period Previous => Type.Shift(this, -1);

    /// <summary>Whether the day lies within.</summary>
    public bool Contains(DateOnly day) => day >= Start && day <= End;

    /// <summary>Writes the identifier. Returns its length, or 0 when the buffer is shorter than needed.</summary>
    public int TryFormat(Span<char> buffer)
    {
        Span<byte> bytes = stackalloc byte[MaxIsoLength];
        var length = TryFormat(bytes);
        return length > buffer.Length ? 0 : Encoding.ASCII.GetChars(bytes[..length], buffer);
    }

    /// <summary>Writes the identifier as UTF-8. Returns its length, or 0 when the buffer is shorter than needed.</summary>
    public int TryFormat(Span<byte> buffer) => Type.Format(Start, buffer);

    /// <summary>Reads an identifier such as 202403, 2024W9, 2024AprilS1; also yyyy-MM and yyyy-MM-dd.</summary>
    public static bool TryParse(ReadOnlySpan<char> iso, out Period period)
    {
        period = default;
        if (iso.Length is < 4 or > MaxIsoLength)
            return false;
        Span<byte> bytes = stackalloc byte[MaxIsoLength];
        return Encoding.ASCII.TryGetBytes(iso, bytes, out var length) && TryParse(bytes[..length], out period);
    }

    /// <summary>Reads an identifier in UTF-8.</summary>
    public static bool TryParse(ReadOnlySpan<byte> iso, out Period period) => PeriodParser.TryParse(iso, out period);

    /// <summary>Reads an identifier that is known to be valid.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static Period Parse(ReadOnlySpan<char> iso) =>
        TryParse(iso, out var period) ? period : throw new FormatException($"Not a period: {iso}");

    /// <inheritdoc/>
    public override string ToString() => Type is null ? "" : Iso;
}
