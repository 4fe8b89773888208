using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Dhis2Grpc.Server.Periods;

namespace Dhis2Grpc.Server.Data;

/// <summary>Which texts are values of a type.</summary>
internal static class ValueRules
{
    /// <summary>Length, in characters, of the longest value and comment.</summary>
    public const int MaxLength = 50_000;

    private static readonly SearchValues<byte> NotInEmail = SearchValues.Create(" \t\r\n<>,;"u8);

    /// <summary>What is wrong with the value, as DHIS2 words it; null when it fits.</summary>
    public static string? Problem(ReadOnlySpan<byte> value, ValueType type)
    {
        if (value.Length > MaxLength && Encoding.UTF8.GetCharCount(value) > MaxLength)
            return "value_length_greater_than_max_length";
        return type switch
        {
            ValueType.Number => IsNumber(value) ? null : "value_not_numeric",
            ValueType.UnitInterval => IsNumber(value, 0, 1) ? null : "value_not_unit_interval",
            ValueType.Percentage => IsNumber(value, 0, 100) ? null : "value_not_percentage",
            ValueType.Integer => IsInteger(value) ? null : "value_not_integer",
            ValueType.IntegerPositive =>
                IsInteger(value) && value[0] is not ((byte)'-' or (byte)'0') ? null : "value_not_positive_integer",
            ValueType.IntegerNegative => IsInteger(value) && value[0] == '-' ? null : "value_not_negative_integer",
            ValueType.IntegerZeroOrPositive =>
                IsInteger(value) && value[0] != '-' ? null : "value_not_zero_or_positive_integer",
            ValueType.Boolean => value.SequenceEqual("true"u8) || value.SequenceEqual("false"u8) ? null : "value_not_bool",
            ValueType.TrueOnly => value.SequenceEqual("true"u8) ? null : "value_not_true_only",
            ValueType.Date => IsDate(value) ? null : "value_not_valid_date",
            ValueType.DateTime => WireTime.TryParse(value, out _) && value.Length > 10 ? null : "value_not_valid_datetime",
            _ => TextProblem(value, type),
        };
    }

    /// <summary>The canonical spelling of a truth value, or the text itself when it is none.</summary>
    public static ReadOnlySpan<byte> NormaliseBoolean(ReadOnlySpan<byte> value) => value.Length switch
    {
        1 when value[0] is (byte)'1' or (byte)'t' or (byte)'T' => "true"u8,
        1 when value[0] is (byte)'0' or (byte)'f' or (byte)'F' => "false"u8,
        4 when value.SequenceEqual("True"u8) || value.SequenceEqual("TRUE"u8) => "true"u8,
        5 when value.SequenceEqual("False"u8) || value.SequenceEqual("FALSE"u8) => "false"u8,
        _ => value,
    };

    /// <summary>Whether the text is a zero: 0, 0.0 and the like.</summary>
    public static bool IsZero(ReadOnlySpan<byte> value) =>
        value.Length > 0 && value[0] == '0'
        && (value.Length == 1 || (value.Length > 2 && value[1] == '.' && !value[2..].ContainsAnyExcept((byte)'0')));

    private static string? TextProblem(ReadOnlySpan<byte> value, ValueType type) => type switch
    {
        ValueType.Time => value.Length == 5 && value[2] == ':' && PeriodParser.TryNumber(value[..2], out var hour) && hour < 24
            && PeriodParser.TryNumber(value[3..], out var minute) && minute < 60 ? null : "value_not_valid_time",
        ValueType.Letter => Rune.DecodeFromUtf8(value, out var rune, out var length) == OperationStatus.Done
            && length == value.Length && Rune.IsLetter(rune) ? null : "value_not_letter",
        ValueType.Email => IsEmail(value) ? null : "value_not_email",
        ValueType.Url => Uri.TryCreate(Encoding.UTF8.GetString(value), UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) ? null : "value_not_url",
        ValueType.Coordinate => IsCoordinate(value) ? null : "value_not_coordinate",
        ValueType.Uid or ValueType.File => IsUid(value) ? null : "value_not_valid_uid",
        _ => null,
    };

    /// <summary>Whether the text has the form of a UID.</summary>
    private static bool IsUid(ReadOnlySpan<byte> value)
    {
        if (value.Length != 11 || !char.IsAsciiLetter((char)value[0]))
            return false;
        foreach (var letter in value)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter))
                return false;
        }
        return true;
    }

    private static bool IsInteger(ReadOnlySpan<byte> value) =>
        value.SequenceEqual("0"u8) || (IntegerPart(value) == value.Length && !value.SequenceEqual("-0"u8));

    private static bool IsNumber(ReadOnlySpan<byte> value)
    {
        var at = IntegerPart(value);
        if (at == 0)
            return false;
        if (at < value.Length && value[at] == '.')
        {
            var digits = Digits(value[(at + 1)..]);
            if (digits == 0)
                return false;
            at += digits + 1;
        }
        if (at < value.Length && value[at] is (byte)'E' or (byte)'e')
        {
            at += at + 1 < value.Length && value[at + 1] is (byte)'-' or (byte)'+' ? 2 : 1;
            var digits = Digits(value[Math.Min(at, value.Length)..]);
            if (digits == 0)
                return false;
            at += digits;
        }
        return at == value.Length;
    }

    private static bool IsNumber(ReadOnlySpan<byte> value, double least, double most) =>
        IsNumber(value) && Utf8Parser.TryParse(value, out double number, out _) && number >= least && number <= most;

    /// <summary>Length of an integer without leading zeros at the start of the text; 0 when there is none.</summary>
    private static int IntegerPart(ReadOnlySpan<byte> value)
    {
        var sign = value.Length > 0 && value[0] == '-' ? 1 : 0;
        var digits = Digits(value[sign..]);
        return digits == 0 || (digits > 1 && value[sign] == '0') ? 0 : sign + digits;
    }

    private static int Digits(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? value.Length : end;
    }

    private static bool IsDate(ReadOnlySpan<byte> value) =>
        value.Length == 10 && value[4] == '-' && Period.TryParse(value, out var period) && period.Type == PeriodType.Daily;

    private static bool IsEmail(ReadOnlySpan<byte> value)
    {
        var at = value.IndexOf((byte)'@');
        return at > 0 && at == value.LastIndexOf((byte)'@') && value[(at + 1)..].IndexOf((byte)'.') > 0
            && value[^1] != '.' && !value.ContainsAny(NotInEmail);
    }

    private static bool IsCoordinate(ReadOnlySpan<byte> value)
    {
        if (value.Length < 5 || value[0] != '[' || value[^1] != ']')
            return false;
        var comma = value.IndexOf((byte)',');
        return comma > 0 && IsNumber(value[1..comma].Trim((byte)' '), -180, 180)
            && IsNumber(value[(comma + 1)..^1].Trim((byte)' '), -90, 90);
    }
}
