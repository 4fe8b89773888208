using System.Globalization;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Values as DHIS2 writes them: whole numbers without fraction, others with 2 decimals at most.</summary>
internal static class ValueText
{
    private const int Decimals = 2;
    private const int DecimalsUnrounded = 10;
    private const string Format = "0.##########";

    /// <summary>The rounded value.</summary>
    public static double Round(double value, bool skipRounding)
    {
        var decimals = skipRounding ? DecimalsUnrounded : Decimals;
        // Halves are judged by the decimal form, so that 0.125 becomes 0.13 as in DHIS2. Large numbers have no fraction.
        return Math.Abs(value) < 1e15 ? (double)Math.Round((decimal)value, decimals, MidpointRounding.AwayFromZero) : value;
    }

    /// <summary>The text of the rounded value.</summary>
    public static string Of(double value, bool skipRounding)
    {
        var rounded = Round(value, skipRounding);
        return Math.Abs(rounded) < 1e15
            ? ((decimal)rounded).ToString(Format, CultureInfo.InvariantCulture)
            : rounded.ToString("F0", CultureInfo.InvariantCulture);
    }
}
