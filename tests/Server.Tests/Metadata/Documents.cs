using System.Globalization;
using System.Text;
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
        foreach (var (collection, objects) in collections) document[collection] = new JsonArray([.. objects.Select(o => o.DeepClone())]);
        return document.ToJsonString();
    }

    /// <summary>A document of units, ten below each.</summary>
    public static async Task<byte[]> HierarchyAsync(int count)
    {
        using var document = new MemoryStream();
        await WriteHierarchyAsync(document, count);
        return document.ToArray();
    }

    /// <summary>Writes the same.</summary>
    public static async Task WriteHierarchyAsync(Stream output, int count)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
        await writer.WriteAsync("{\"organisationUnits\":[");
        for (var i = 0; i < count; i++)
        {
            var parent = i == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $",\"parent\":{{\"id\":\"{Uid((i - 1) / 10)}\"}}");
            await writer.WriteAsync($"{(i == 0 ? "" : ",")}{{\"id\":\"{Uid(i)}\",\"name\":\"Unit {i}\",\"shortName\":\"U{i}\",\"openingDate\":\"2020-01-01\"{parent}}}");
        }
        await writer.WriteAsync("]}");
    }
}
