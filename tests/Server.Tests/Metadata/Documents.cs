using System.Globalization;
using System.Text.Json.Nodes;

namespace Dhis2Grpc.Server.Tests.Metadata;

/// <summary>Small documents.</summary>
internal static class Documents
{
    /// <summary>A UID that ends in the number.</summary>
    public static string Uid(int number) => $"u{number.ToString("D10", CultureInfo.InvariantCulture)}";

    public static JsonObject Unit(int number, int? parent = null)
    {
        var unit = new JsonObject { ["id"] = Uid(number), ["name"] = $"Unit {number}", ["shortName"] = $"U{number}", ["openingDate"] = "2020-01-01" };
        if (parent is { } p) unit["parent"] = Reference(Uid(p));
        return unit;
    }

    public static JsonObject Element(string uid, string name, string? combo = null)
    {
        var element = new JsonObject
        {
            ["id"] = uid,
            ["name"] = name,
            ["shortName"] = name,
            ["valueType"] = "NUMBER",
            ["domainType"] = "AGGREGATE",
            ["aggregationType"] = "SUM",
        };
        if (combo is not null) element["categoryCombo"] = Reference(combo);
        return element;
    }

    public static JsonObject Named(string uid, string name, string? list = null, params string[] members)
    {
        var o = new JsonObject { ["id"] = uid, ["name"] = name };
        if (list is not null) o[list] = new JsonArray([.. members.Select(Reference)]);
        return o;
    }

    public static JsonNode Reference(string uid) => new JsonObject { ["id"] = uid };

    public static string Of(params (string Collection, JsonObject[] Objects)[] collections)
    {
        var document = new JsonObject();
        foreach (var (collection, objects) in collections) document[collection] = new JsonArray([.. objects]);
        return document.ToJsonString();
    }
}
