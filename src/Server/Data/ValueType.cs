using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Data;

/// <summary>What values a data element takes.</summary>
internal enum ValueType
{
    /// <summary>Any decimal number.</summary>
    Number,

    /// <summary>A number from 0 to 1.</summary>
    UnitInterval,

    /// <summary>A number from 0 to 100.</summary>
    Percentage,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A whole number from 1.</summary>
    IntegerPositive,

    /// <summary>A whole number up to -1.</summary>
    IntegerNegative,

    /// <summary>A whole number from 0.</summary>
    IntegerZeroOrPositive,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>true.</summary>
    TrueOnly,

    /// <summary>yyyy-MM-dd.</summary>
    Date,

    /// <summary>A date with a time.</summary>
    DateTime,

    /// <summary>HH:mm.</summary>
    Time,

    /// <summary>One letter.</summary>
    Letter,

    /// <summary>An e-mail address.</summary>
    Email,

    /// <summary>An absolute URL.</summary>
    Url,

    /// <summary>[longitude,latitude].</summary>
    Coordinate,

    /// <summary>The UID of another object, such as an organisation unit.</summary>
    Uid,

    /// <summary>The UID of a file.</summary>
    File,

    /// <summary>Codes of options with commas between them.</summary>
    MultiText,

    /// <summary>Any text.</summary>
    Text,
}

/// <summary>DHIS2's names of value types.</summary>
internal static class ValueTypes
{
    private static readonly FrozenDictionary<string, ValueType> ByName = new Dictionary<string, ValueType>
    {
        ["NUMBER"] = ValueType.Number,
        ["UNIT_INTERVAL"] = ValueType.UnitInterval,
        ["PERCENTAGE"] = ValueType.Percentage,
        ["INTEGER"] = ValueType.Integer,
        ["INTEGER_POSITIVE"] = ValueType.IntegerPositive,
        ["INTEGER_NEGATIVE"] = ValueType.IntegerNegative,
        ["INTEGER_ZERO_OR_POSITIVE"] = ValueType.IntegerZeroOrPositive,
        ["BOOLEAN"] = ValueType.Boolean,
        ["TRUE_ONLY"] = ValueType.TrueOnly,
        ["DATE"] = ValueType.Date,
        ["AGE"] = ValueType.Date,
        ["DATETIME"] = ValueType.DateTime,
        ["TIME"] = ValueType.Time,
        ["LETTER"] = ValueType.Letter,
        ["EMAIL"] = ValueType.Email,
        ["URL"] = ValueType.Url,
        ["COORDINATE"] = ValueType.Coordinate,
        ["FILE_RESOURCE"] = ValueType.File,
        ["IMAGE"] = ValueType.File,
        ["MULTI_TEXT"] = ValueType.MultiText,
        ["ORGANISATION_UNIT"] = ValueType.Uid,
        ["TRACKER_ASSOCIATE"] = ValueType.Uid,
        ["REFERENCE"] = ValueType.Uid,
    }.ToFrozenDictionary();

    /// <summary>The type of DHIS2's name; texts for those that take anything.</summary>
    public static ValueType Parse(string name) => ByName.GetValueOrDefault(name, ValueType.Text);

    /// <summary>Whether values are numbers.</summary>
    public static bool IsNumeric(this ValueType type) => type <= ValueType.IntegerZeroOrPositive;
}
