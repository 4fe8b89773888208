using System.Data.Common;
using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Writes the candidates: their JSON to <c>object</c>, and from it the rows of the typed tables, of their lists and of
/// what is nested in them. An update replaces the whole object; keys stay.</summary>
internal sealed class Projection(IWarehouseWrite write, DateTime now)
{
    private readonly DbConnection _connection = write.Connection;

    /// <summary>Writes everything.</summary>
    public async Task WriteAsync(IReadOnlyList<MetadataType> types, CancellationToken cancellationToken)
    {
        await WriteObjectsAsync(cancellationToken);
        var projected = types.Where(t => t.Table is not null).ToList();
        // All keys first: a type may refer to one that comes after it.
        foreach (var type in projected) await WriteKeysAsync(type, cancellationToken);
        foreach (var type in projected) await WriteRowsAsync(type, cancellationToken);
        foreach (var type in projected)
        {
            var lists = type.References.Where(r => r.Link is not null).ToList();
            foreach (var table in lists.Select(r => r.Link!).DistinctBy(l => l.Table)) await ClearAsync(type, table.Table, table.Owner, cancellationToken);
            foreach (var list in lists) await WriteLinkAsync(type, list, cancellationToken);
        }
        await new PartProjection(write).WriteAsync(types, cancellationToken);
        await WriteInversesAsync(types, cancellationToken);
        await OrganisationUnitTree.DeriveAsync(_connection, cancellationToken);
    }

    private Task<int> WriteObjectsAsync(CancellationToken cancellationToken) => _connection.ExecuteAsync("""
        delete from candidate where isdefault;
        create or replace temp table staged_key (seq bigint, type varchar, uid varchar, id bigint);
        create or replace temp table previous as select o.type, o.uid, o.created from object o join candidate c on c.type = o.type and c.uid = o.uid;
        delete from object using candidate c where c.type = object.type and c.uid = object.uid;
        insert into object
            select s.type, s.uid, s.code, s.name, coalesce(s.created, p.created, $now), coalesce(s.lastupdated, $now), s.json
            from candidate c join staged s using (seq) left join previous p on p.type = c.type and p.uid = c.uid;
        drop table previous;
        """, cancellationToken, ("now", now));

    private Task<int> WriteKeysAsync(MetadataType type, CancellationToken cancellationToken) => _connection.ExecuteAsync($"""
        insert into staged_key
            select c.seq, c.type, c.uid, coalesce(t.{type.Key}, nextval('hibernate_sequence'))
            from candidate c left join {type.Table} t on t.uid = c.uid where c.type = '{type.Collection}';
        """, cancellationToken);

    private Task<int> WriteRowsAsync(MetadataType type, CancellationToken cancellationToken)
    {
        var columns = new StringBuilder($"{type.Key}, uid, code, created, lastupdated{(type.HasName ? ", name" : "")}");
        var values = new StringBuilder($"k.id, o.uid, o.code, o.created, o.lastupdated{(type.HasName ? ", o.name" : "")}");
        var joins = new StringBuilder();
        var texts = new JsonTexts("o.texts");
        foreach (var property in type.Properties.Where(p => p.Column is not null))
        {
            columns.Append(CultureInfo.InvariantCulture, $", {property.Column}");
            values.Append(CultureInfo.InvariantCulture, $", {ColumnValue.Of(property, "o.json", texts)}");
        }
        foreach (var part in type.Parts.Where(p => p.OwnerColumn is not null))
        {
            columns.Append(CultureInfo.InvariantCulture, $", {part.OwnerColumn}");
            values.Append(CultureInfo.InvariantCulture, $", case when {texts.Take($"$.{part.Member}")} like '{{%' then nextval('hibernate_sequence') end");
        }
        var number = 0;
        foreach (var reference in type.References.Where(r => r.Column is not null))
        {
            var target = MetadataTypes.Of(reference.Target);
            var fallback = reference.Default is null ? "null" : $"(select {target.Key} from {target.Table} where uid = '{reference.Default}')";
            columns.Append(CultureInfo.InvariantCulture, $", {reference.Column}");
            values.Append(CultureInfo.InvariantCulture, $", coalesce(k{number}.id, t{number}.{target.Key}, {fallback})");
            joins.Append(CultureInfo.InvariantCulture, $"""
                 left join (select seq, min(uid) as uid from staged_reference where path = '{reference.Path}' group by seq) r{number} on r{number}.seq = k.seq
                 left join staged_key k{number} on k{number}.type = '{reference.Target}' and k{number}.uid = r{number}.uid
                 left join {target.Table} t{number} on t{number}.uid = r{number}.uid
                """);
            number++;
        }
        return _connection.ExecuteAsync($"""
            {string.Concat(type.Parts.Where(p => p.OwnerColumn is not null).Select(p => PartProjection.DeleteNamed(type, p, $"(select id from staged_key where type = '{type.Collection}')")))}
            delete from {type.Table} where {type.Key} in (select id from staged_key where type = '{type.Collection}');
            insert into {type.Table} ({columns})
                select {values} from staged_key k
                join (select x.uid, x.code, x.created, x.lastupdated, x.name, {texts.From("x.json")} as texts
                      from object x join staged_key y on y.type = x.type and y.uid = x.uid where x.type = '{type.Collection}') o on o.uid = k.uid
                {joins}
                where k.type = '{type.Collection}';
            """, cancellationToken);
    }

    private Task<int> ClearAsync(MetadataType type, string table, string owner, CancellationToken cancellationToken) =>
        _connection.ExecuteAsync($"delete from {table} where {owner} in (select id from staged_key where type = '{type.Collection}')", cancellationToken);

    private Task<int> WriteLinkAsync(MetadataType type, Reference reference, CancellationToken cancellationToken)
    {
        var link = reference.Link!;
        var target = MetadataTypes.Of(reference.Target);
        var (orderColumn, order) = link.First is { } first
            ? (", sort_order", string.Create(CultureInfo.InvariantCulture, $", row_number() over (partition by k.id order by min(r.position)) - 1 + {first}"))
            : ("", "");
        return _connection.ExecuteAsync($"""
            insert into {link.Table} ({link.Owner}, {link.Member}{orderColumn})
                select k.id, t.{target.Key}{order}
                from staged_key k join staged_reference r on r.seq = k.seq and r.path = '{reference.Path}' join {target.Table} t on t.uid = r.uid
                where k.type = '{type.Collection}' and not exists (from {link.Table} x where x.{link.Owner} = k.id and x.{link.Member} = t.{target.Key})
                group by k.id, t.{target.Key};
            """, cancellationToken);
    }

    // The list of one type tells what the other does not: taken anew when either was written.
    private async Task WriteInversesAsync(IReadOnlyList<MetadataType> types, CancellationToken cancellationToken)
    {
        var written = types.Select(t => t.Collection).ToHashSet(StringComparer.Ordinal);
        foreach (var type in MetadataTypes.Projected)
        {
            foreach (var reference in type.References.Where(r => r.Inverse is not null && (written.Contains(type.Collection) || written.Contains(r.Target))))
            {
                var target = MetadataTypes.Of(reference.Target);
                var says = target.References.FirstOrDefault(r => r.Column == reference.Inverse);
                var silent = says is null ? "true" : $"json_extract(o.json, '$.{says.Path}.id') is null";
                await _connection.ExecuteAsync($"""
                    create or replace temp table inverse as
                        select t.{target.Key} as id, min(x.owner) as owner
                        from (select t.{type.Key} as owner, unnest(json_extract_string(o.json, '$.{reference.Association}[*].id')) as uid
                              from {type.Table} t join object o on o.type = '{type.Collection}' and o.uid = t.uid) x
                        join {target.Table} t on t.uid = x.uid group by t.{target.Key};
                    update {target.Table} set {reference.Inverse} = null
                        where {reference.Inverse} is not null and {target.Key} not in (select id from inverse)
                            and uid in (select o.uid from object o where o.type = '{target.Collection}' and {silent});
                    update {target.Table} set {reference.Inverse} = i.owner from inverse i
                        where i.id = {target.Table}.{target.Key} and {target.Table}.{reference.Inverse} is distinct from i.owner
                            and {target.Table}.uid in (select o.uid from object o where o.type = '{target.Collection}' and {silent});
                    drop table inverse;
                    """, cancellationToken);
            }
        }
    }
}
