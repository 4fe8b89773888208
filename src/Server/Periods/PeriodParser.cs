namespace Dhis2Grpc.Server.Periods;

/// <summary>Reads and writes the parts of identifiers.</summary>
internal static class PeriodParser
{
    /// <summary>Types whose tail starts with a letter; each knows its own.</summary>
    private static readonly PeriodType[] Lettered =
    [
        PeriodType.Quarterly, PeriodType.Weekly, PeriodType.SixMonthly, PeriodType.BiWeekly,
        PeriodType.FinancialApril, PeriodType.FinancialJuly, PeriodType.FinancialOct, PeriodType.FinancialNov,
        PeriodType.QuarterlyNov, PeriodType.SixMonthlyApril, PeriodType.SixMonthlyNov, PeriodType.WeeklyWednesday,
        PeriodType.WeeklyThursday, PeriodType.WeeklySaturday, PeriodType.WeeklySunday, PeriodType.WeeklyFriday,
        PeriodType.FinancialFeb, PeriodType.FinancialAug, PeriodType.FinancialSep,
    ];

    /// <summary>Reads any identifier.</summary>
    public static bool TryParse(ReadOnlySpan<byte> iso, out Period period)
    {
        period = default;
        if (iso.Length is < 4 or > Period.MaxIsoLength || !TryNumber(iso[..4], out var year))
            return false;
        if (year is < PeriodType.MinYear or > PeriodType.MaxYear)
            return false;
        var tail = iso[4..];
        if (tail.IsEmpty)
            return PeriodType.Yearly.TryParseTail(year, tail, out period);
        if (char.IsAsciiDigit((char)tail[0]))
        {
            return tail.Length switch
            {
                2 => PeriodType.Monthly.TryParseTail(year, tail, out period),
                3 => PeriodType.BiMonthly.TryParseTail(year, tail, out period),
                4 => PeriodType.Daily.TryParseTail(year, tail, out period),
                _ => false,
            };
        }
        if (tail[0] == '-')
            return TryDashed(year, tail, out period);
        foreach (var type in Lettered)
        {
            if (type.TryParseTail(year, tail, out period))
                return true;
        }
        return false;
    }

    /// <summary>Reads a number of ASCII digits only.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
                return false;
            number = number * 10 + digit - '0';
        }
        return digits.Length > 0;
    }

    /// <summary>Writes the number with the digits asked for.</summary>
    public static void Number(int number, Span<byte> digits)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            digits[i] = (byte)('0' + number % 10);
            number /= 10;
        }
    }

    private static bool TryDashed(int year, ReadOnlySpan<byte> tail, out Period period)
    {
        period = default;
        if (tail.Length == 3)
            return PeriodType.Monthly.TryParseTail(year, tail[1..], out period);
        return tail.Length == 6 && tail[3] == '-'
            && PeriodType.Daily.TryParseTail(year, [tail[1], tail[2], tail[4], tail[5]], out period);
    }
}
