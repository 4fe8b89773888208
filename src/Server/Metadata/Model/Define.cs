using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Short forms in which the types are written down. Columns have the names of the properties in lower case, unless said.</summary>
internal static class Define
{
    /// <summary>Properties that are unique in most types.</summary>
    public static readonly string[] CodeAndName = ["code", "name"];

    /// <summary>The only unique property of types whose names may repeat.</summary>
    public static readonly string[] CodeOnly = ["code"];

    /// <summary>Short name.</summary>
    public static readonly Property ShortName = new("shortName", PropertyKind.Text, "shortname") { MaxLength = 50 };

    /// <summary>Description.</summary>
    public static readonly Property Description = Text("description");

    /// <summary>A type with a table.</summary>
    /// <param name="collection">Name of its collection in documents.</param>
    /// <param name="class">Java class without <c>org.hisp.dhis</c>.</param>
    /// <param name="rank">Place in imports and exports.</param>
    /// <param name="table">Table.</param>
    /// <param name="key">Key column; null: the table's name and <c>id</c>.</param>
    public static MetadataType Type(string collection, string @class, int rank, string table, string? key = null) =>
        new(collection, $"org.hisp.dhis.{@class}", rank) { Table = table, Key = key ?? table + "id" };

    /// <summary>A text.</summary>
    public static Property Text(string name, string? column = null) => new(name, PropertyKind.Text, column ?? Column(name));

    /// <summary>An email address.</summary>
    public static readonly Property Email = Text("email") with { Format = TextFormat.Email };

    /// <summary>A URL.</summary>
    public static readonly Property Url = Text("url") with { Format = TextFormat.Url };

    /// <summary>A truth value.</summary>
    /// <param name="name">Name in JSON.</param>
    /// <param name="unset">What stands for an absent one.</param>
    /// <param name="column">Column.</param>
    public static Property Flag(string name, string unset = "false", string? column = null) =>
        new(name, PropertyKind.Boolean, column ?? Column(name)) { Default = unset };

    /// <summary>An integer.</summary>
    public static Property Integer(string name, string? column = null) => new(name, PropertyKind.Integer, column ?? Column(name));

    /// <summary>A number.</summary>
    public static Property Number(string name, string? column = null) => new(name, PropertyKind.Number, column ?? Column(name));

    /// <summary>A day.</summary>
    public static Property Day(string name, string? column = null) => new(name, PropertyKind.Date, column ?? Column(name));

    /// <summary>Any JSON.</summary>
    public static Property Json(string name, string? column = null) => new(name, PropertyKind.Json, column ?? Column(name));

    /// <summary>One of some names.</summary>
    public static Property Choice(string name, FrozenSet<string> choices, string? column = null) =>
        new(name, PropertyKind.Choice, column ?? Column(name)) { Choices = choices };

    /// <summary>Name of a period type.</summary>
    public static Property PeriodType(string name = "periodType", string column = "periodtypeid") => new(name, PropertyKind.PeriodType, column);

    /// <summary>A reference that fills a column.</summary>
    public static Reference One(string path, string target, string column) => new(path, target) { Column = column };

    /// <summary>A list that fills a table of pairs.</summary>
    public static Reference Many(string path, string target, string table, string owner, string member, int? first = null) =>
        new(path, target) { Link = new Link(table, owner, member, first) };

    /// <summary>The legend sets of an object.</summary>
    public static Reference LegendSets(string table, string owner) => Many("legendSets[]", "legendSets", table, owner, "legendsetid", 0);

    /// <summary>A list of data element operands, in a table of pairs.</summary>
    public static Part Operands(string path, string table, string owner) => new(path, "dataelementoperand")
    {
        Key = "dataelementoperandid",
        Link = new Link(table, owner, "dataelementoperandid"),
        References =
        [
            new("dataElement", "dataElements", "dataelementid") { Required = true },
            new("categoryOptionCombo", "categoryOptionCombos", "categoryoptioncomboid"),
        ],
    };

    /// <summary>A nested expression.</summary>
    /// <param name="path">Where it is in JSON.</param>
    /// <param name="column">Column of the object's table that holds its key.</param>
    public static Part Expression(string path, string column) => new(path, "expression")
    {
        Key = "expressionid",
        OwnerColumn = column,
        Properties =
        [
            Description, Text("expression"), Flag("slidingWindow"),
            Choice("missingValueStrategy", Choices.MissingValueStrategies) with { Default = "'SKIP_IF_ALL_VALUES_MISSING'" },
        ],
    };

    /// <summary>A list of plain values.</summary>
    public static Part Values(string path, string table, string owner, Property value, int? first = null) =>
        new(path, table) { Owner = owner, First = first, Properties = [value with { Name = "" }] };

    private static string Column(string name) => name.ToLowerInvariant();
}
