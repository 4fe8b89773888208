using System.Data.Common;
using System.Text;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>A property of stored objects as an SQL expression over <see cref="StoredSource"/>.</summary>
/// <param name="Sql">A text, a timestamp, or a list of texts.</param>
/// <param name="Kind">Which of these.</param>
/// <param name="IsCollection">The property itself is a list, so that numbers compare with its length.</param>
internal sealed record StoredProperty(string Sql, StoredProperty.Form Kind, bool IsCollection = false)
{
    private const int MaxSteps = 8;

    /// <summary>The text may be a number: the documents tell no types.</summary>
    public bool IsNumber { get; init; }

    /// <summary>What an expression gives.</summary>
    internal enum Form
    {
        /// <summary>A text.</summary>
        Text,

        /// <summary>A timestamp in UTC.</summary>
        Time,

        /// <summary>A list of texts.</summary>
        List,
    }

    /// <summary>Resolves a path such as <c>dataSetElements.dataElement.id</c>. What the path leads through is looked up in
    /// the objects, since any document may be stored; a property that no object has is absent from all of them.</summary>
    /// <exception cref="Errors.Dhis2Exception">The text is no path, or leads to a secret (E1003).</exception>
    public static async Task<StoredProperty> ResolveAsync(DbConnection connection, string source, string type, string path, CancellationToken cancellationToken)
    {
        switch (path)
        {
            case "id": return new("o.uid", Form.Text);
            case "code": return new("o.code", Form.Text);
            case "name" or "displayName": return new("o.name", Form.Text);
            case "created": return new("o.created", Form.Time);
            case "lastUpdated": return new("o.lastupdated", Form.Time);
            case "displayShortName": path = "shortName"; break;
            case "displayDescription": path = "description"; break;
        }

        if (StoredSource.OfHierarchy(type, path) is { } told) return told;
        var stored = StoredSource.Json(type);
        if (Known(type, path, stored) is { } known) return known;
        var steps = path.Split('.');
        if (steps.Length > MaxSteps || !Array.TrueForAll(steps, IsName) || Array.Exists(steps, SecretMembers.IsSecret)) throw ListFilter.Unknown(path);
        var json = new StringBuilder("$");
        var (list, last) = (false, (string?)null);
        for (var i = 0; i < steps.Length; i++)
        {
            json.Append(System.Globalization.CultureInfo.InvariantCulture, $".\"{steps[i]}\"");
            last = await TypeAsync(connection, source, stored, type, json.ToString(), list, cancellationToken);
            if (last is null) return new("cast(null as varchar)", Form.Text);
            if (last != "ARRAY") continue;
            json.Append("[*]");
            list = true;
        }

        // Objects stand for their UIDs.
        if (last == "OBJECT") return list ? new($"json_extract_string({stored}, '{json}.id')", Form.List) : new($"json_extract_string({stored}, '{json}.id')", Form.Text);
        if (last != "ARRAY") return new($"json_extract_string({stored}, '{json}')", list ? Form.List : Form.Text) { IsNumber = !list };
        return new($"list_transform(json_extract({stored}, '{json}'), lambda x: coalesce(json_extract_string(x, '$.id'), json_extract_string(x, '$')))", Form.List, true);
    }

    /// <summary>Whether any object has the property.</summary>
    public static async Task<bool> ExistsAsync(DbConnection connection, string source, string type, string name, CancellationToken cancellationToken) =>
        IsName(name) && !SecretMembers.IsSecret(name) && await TypeAsync(connection, source, StoredSource.Json(type), type, $"$.\"{name}\"", false, cancellationToken) is not null;

    // What the type's table has, and what its properties are known to be, needs no look at the objects. Some may have no row there.
    private static StoredProperty? Known(string collection, string path, string stored)
    {
        var type = MetadataTypes.Of(collection);
        if (type.Properties.FirstOrDefault(p => p.Name == path && p.Kind != PropertyKind.Json && p.Older is null) is { } property)
        {
            var json = $"json_extract_string({stored}, '$.\"{path}\"')";
            return property is { Column: { } column, Default: null, Kind: PropertyKind.Text or PropertyKind.Choice }
                ? new($"coalesce((select t.{column} from {type.Table} t where t.uid = o.uid), {json})", Form.Text)
                : new(json, Form.Text) { IsNumber = true };
        }
        var one = type.References.FirstOrDefault(r => !r.IsInList && r.Steps.Count == 1 && (path == r.Path || path == r.Path + ".id"));
        return one is null ? null : new($"json_extract_string({stored}, '$.\"{one.Path}\".id')", Form.Text);
    }

    private static Task<string?> TypeAsync(DbConnection connection, string source, string stored, string type, string path, bool list, CancellationToken cancellationToken) =>
        connection.ScalarAsync<string>(
            list
                ? $"select t from (select unnest(json_type({stored}, '{path}')) as t from {source} where type = $type) where t <> 'NULL' limit 1"
                : $"select json_type({stored}, '{path}') from {source} where type = $type and json_type({stored}, '{path}') <> 'NULL' limit 1",
            cancellationToken, ("type", type));

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 100 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
