using System.Data.Common;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Holds candidates to the attributes of their type: values of unique ones are there once (E4009), mandatory ones have a
/// value (E4011), and attributes of other types have none (E6012). Attributes of the document count as well as stored ones.</summary>
internal sealed class AttributeCheck(DbConnection connection)
{
    /// <summary>Class of what the errors are about.</summary>
    public const string Class = "org.hisp.dhis.attribute.Attribute";

    private sealed record Rule(string Uid, string Name, bool Unique, bool Mandatory, IReadOnlySet<string> Types);

    /// <summary>Refuses those that break the rules.</summary>
    public async Task RunAsync(IReadOnlyList<MetadataType> types, CancellationToken cancellationToken)
    {
        var rules = await RulesAsync(cancellationToken);
        if (rules.Count == 0) return;
        await connection.ExecuteAsync($"""
            create or replace temp table given_value as
                select seq, type, uid, json_extract_string(v, '$.attribute.id') as attribute, json_extract_string(v, '$.value') as value
                from (select s.seq, s.type, s.uid, unnest(json_extract(s.json, '$.attributeValues[*]')) as v
                      from staged s join candidate c using (seq) where not s.isdefault and contains(s.json, '"attributeValues"'))
            """, cancellationToken);
        foreach (var type in types)
        {
            var flag = Flag(type);
            foreach (var rule in rules)
            {
                var assigned = rule.Types.Contains(flag);
                if (!assigned) await RefuseForeignAsync(type, rule, cancellationToken);
                if (assigned && rule.Mandatory) await RefuseMissingAsync(type, rule, cancellationToken);
                if (assigned && rule.Unique) await RefuseTakenAsync(type, rule, cancellationToken);
            }
        }
        await connection.ExecuteAsync("drop table given_value", cancellationToken);
    }

    private async Task<List<Rule>> RulesAsync(CancellationToken cancellationToken) => await connection.ListAsync("""
        select s.uid, s.json from staged s join candidate c using (seq) where s.type = 'attributes'
        union all select o.uid, o.json from object o where o.type = 'attributes' and o.uid not in (select uid from candidate where type = 'attributes')
        order by all
        """, r => Read(r.GetString(0), r.GetString(1)), cancellationToken);

    private Task<int> RefuseForeignAsync(MetadataType type, Rule rule, CancellationToken cancellationToken) => connection.ExecuteAsync("""
        insert into staged_error
        select distinct g.seq, 'E6012', 'Attribute `' || $attribute || '` is not assigned to `' || $class || '`', 2, 'attributeValues', null, $attribute
        from given_value g where g.type = $type and g.attribute = $attribute
        """, cancellationToken, ("attribute", rule.Uid), ("class", type.ShortClass), ("type", type.Collection));

    private Task<int> RefuseMissingAsync(MetadataType type, Rule rule, CancellationToken cancellationToken) => connection.ExecuteAsync("""
        insert into staged_error
        select c.seq, 'E4011', 'Attribute `' || $attribute || '` is required, but no value was found', 2, 'value', null, $attribute
        from candidate c where c.type = $type and not c.isdefault
            and c.seq not in (select seq from given_value g where g.type = $type and g.attribute = $attribute and coalesce(g.value, '') <> '')
        """, cancellationToken, ("attribute", rule.Uid), ("type", type.Collection));

    // Of several objects in the document the first keeps the value; one that is stored and not in the document keeps it before all.
    private Task<int> RefuseTakenAsync(MetadataType type, Rule rule, CancellationToken cancellationToken) => connection.ExecuteAsync("""
        insert into staged_error
        with given as (select seq, uid, value from given_value where type = $type and attribute = $attribute and coalesce(value, '') <> ''),
        stored as (
            select uid, json_extract_string(v, '$.value') as value
            from (select o.uid, unnest(json_extract(o.json, '$.attributeValues[*]')) as v from object o where o.type = $type and contains(o.json, $attribute)
                    and o.uid not in (select uid from candidate where type = $type))
            where json_extract_string(v, '$.attribute.id') = $attribute)
        select distinct g.seq, 'E4009', 'Attribute `' || $name || '` is unique, and value `' || g.value || '` already exist', 2, 'value', g.value, $attribute
        from given g where exists (from stored t where t.value = g.value) or exists (from given e where e.value = g.value and e.seq < g.seq and e.uid <> g.uid)
        """, cancellationToken, ("attribute", rule.Uid), ("name", rule.Name), ("type", type.Collection));

    private static Rule Read(string uid, string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DocumentReader.MaxDepth });
        var root = document.RootElement;
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
            if (member.Name.EndsWith("Attribute", StringComparison.Ordinal) && IsTrue(root, member.Name)) types.Add(member.Name[..^"Attribute".Length]);
        // Newer releases list the types.
        if (root.TryGetProperty("objectTypes", out var listed) && listed.ValueKind == JsonValueKind.Array)
            foreach (var name in listed.EnumerateArray().Where(n => n.ValueKind == JsonValueKind.String)) types.Add(Camel(name.GetString()!));
        var display = root.TryGetProperty("name", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString()! : uid;
        return new Rule(uid, display, IsTrue(root, "unique"), IsTrue(root, "mandatory"), types);
    }

    private static bool IsTrue(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && (value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.ValueEquals("true")));

    private static string Flag(MetadataType type) => char.ToLowerInvariant(type.ShortClass[0]) + type.ShortClass[1..];

    private static string Camel(string name)
    {
        var camel = new StringBuilder();
        foreach (var word in name.Split('_', StringSplitOptions.RemoveEmptyEntries))
            camel.Append(camel.Length == 0 ? char.ToLowerInvariant(word[0]) : char.ToUpperInvariant(word[0])).Append(word[1..].ToLowerInvariant());
        return camel.ToString();
    }
}
