using System.Data.Common;
using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Writes the candidates: their JSON to <c>object</c>, and from it the rows of the typed tables and of their lists.
/// An update replaces the whole object; keys stay.</summary>
internal sealed class Projection(DbConnection connection, DateTime now)
{
    /// <summary>Writes everything.</summary>
    public async Task WriteAsync(IReadOnlyList<MetadataType> types, CancellationToken cancellationToken)
    {
        await WriteObjectsAsync(cancellationToken);
        var projected = types.Where(t => t.Table is not null).ToList();
        foreach (var type in projected) await WriteRowsAsync(type, cancellationToken);
        foreach (var type in projected)
            foreach (var reference in type.References.Where(r => r.Link is not null))
                await WriteLinkAsync(type, reference, cancellationToken);
        if (projected.Exists(t => t.Collection == "dataSets")) await WriteDataSetElementsAsync(cancellationToken);
        if (projected.Exists(t => t.Collection == "dataElements")) await WriteAggregationLevelsAsync(cancellationToken);
        await OrganisationUnitTree.DeriveAsync(connection, cancellationToken);
    }

    private Task<int> WriteObjectsAsync(CancellationToken cancellationToken) => connection.ExecuteAsync("""
        delete from candidate where isdefault;
        create temp table staged_key (seq bigint, type varchar, uid varchar, id bigint);
        create temp table previous as select o.type, o.uid, o.created from object o join candidate c on c.type = o.type and c.uid = o.uid;
        delete from object using candidate c where c.type = object.type and c.uid = object.uid;
        insert into object
            select s.type, s.uid, s.code, s.name, coalesce(s.created, p.created, $now), coalesce(s.lastupdated, $now), s.json
            from candidate c join staged s using (seq) left join previous p on p.type = c.type and p.uid = c.uid;
        drop table previous;
        """, cancellationToken, ("now", now));

    private Task<int> WriteRowsAsync(MetadataType type, CancellationToken cancellationToken)
    {
        var columns = new StringBuilder($"{type.Key}, uid, code, created, lastupdated, name");
        var values = new StringBuilder("k.id, o.uid, o.code, o.created, o.lastupdated, o.name");
        var joins = new StringBuilder();
        foreach (var property in type.Properties.Where(p => p.Column is not null))
        {
            columns.Append(CultureInfo.InvariantCulture, $", {property.Column}");
            values.Append(CultureInfo.InvariantCulture, $", {Value(property)}");
        }
        var number = 0;
        foreach (var reference in type.References.Where(r => r.Column is not null))
        {
            var target = MetadataTypes.Of(reference.Target);
            var fallback = reference.Default is null ? "null" : $"(select {target.Key} from {target.Table} where uid = '{reference.Default}')";
            columns.Append(CultureInfo.InvariantCulture, $", {reference.Column}");
            values.Append(CultureInfo.InvariantCulture, $", coalesce(t{number}.{target.Key}, {fallback})");
            joins.Append(CultureInfo.InvariantCulture,
                $" left join (select seq, min(uid) as uid from staged_reference where path = '{reference.Path}' group by seq) r{number} on r{number}.seq = k.seq left join {target.Table} t{number} on t{number}.uid = r{number}.uid");
            number++;
        }
        return connection.ExecuteAsync($"""
            insert into staged_key
                select c.seq, c.type, c.uid, coalesce(t.{type.Key}, nextval('hibernate_sequence'))
                from candidate c left join {type.Table} t on t.uid = c.uid where c.type = '{type.Collection}';
            delete from {type.Table} where {type.Key} in (select id from staged_key where type = '{type.Collection}');
            insert into {type.Table} ({columns})
                select {values} from staged_key k join object o on o.type = k.type and o.uid = k.uid{joins}
                where k.type = '{type.Collection}';
            """, cancellationToken);
    }

    private Task<int> WriteLinkAsync(MetadataType type, Reference reference, CancellationToken cancellationToken)
    {
        var link = reference.Link!;
        var target = MetadataTypes.Of(reference.Target);
        var (orderColumn, order) = link.First is { } first
            ? (", sort_order", string.Create(CultureInfo.InvariantCulture, $", row_number() over (partition by k.id order by min(r.position)) - 1 + {first}"))
            : ("", "");
        return connection.ExecuteAsync($"""
            delete from {link.Table} where {link.Owner} in (select id from staged_key where type = '{type.Collection}');
            insert into {link.Table} ({link.Owner}, {link.Member}{orderColumn})
                select k.id, t.{target.Key}{order}
                from staged_key k join staged_reference r on r.seq = k.seq and r.path = '{reference.Path}' join {target.Table} t on t.uid = r.uid
                where k.type = '{type.Collection}' group by k.id, t.{target.Key};
            """, cancellationToken);
    }

    private Task<int> WriteDataSetElementsAsync(CancellationToken cancellationToken) => connection.ExecuteAsync("""
        delete from datasetelement where datasetid in (select id from staged_key where type = 'dataSets');
        insert into datasetelement (datasetelementid, datasetid, dataelementid, categorycomboid)
            select nextval('hibernate_sequence'), datasetid, dataelementid, categorycomboid from (
                select k.id as datasetid, e.dataelementid, min_by(c.categorycomboid, r.position) as categorycomboid
                from staged_key k
                join staged_reference r on r.seq = k.seq and r.path = 'dataSetElements[].dataElement'
                join dataelement e on e.uid = r.uid
                left join staged_reference rc on rc.seq = k.seq and rc.path = 'dataSetElements[].categoryCombo' and rc.position = r.position
                left join categorycombo c on c.uid = rc.uid
                where k.type = 'dataSets' group by k.id, e.dataelementid);
        """, cancellationToken);

    private Task<int> WriteAggregationLevelsAsync(CancellationToken cancellationToken) => connection.ExecuteAsync("""
        delete from dataelementaggregationlevels where dataelementid in (select id from staged_key where type = 'dataElements');
        insert into dataelementaggregationlevels (dataelementid, aggregationlevel, sort_order)
            select id, level, row_number() over (partition by id order by position) - 1 from (
                select k.id, unnest(levels) as level, generate_subscripts(levels, 1) as position
                from (select k.id, try_cast(json_extract(o.json, '$.aggregationLevels') as integer[]) as levels
                      from staged_key k join object o on o.type = k.type and o.uid = k.uid where k.type = 'dataElements') k);
        """, cancellationToken);

    private static string Value(Property property)
    {
        var text = $"json_extract_string(o.json, '$.{property.Name}')";
        var value = property.Kind switch
        {
            PropertyKind.Boolean => $"cast({text} as boolean)",
            PropertyKind.Integer => $"cast({text} as integer)",
            PropertyKind.Number => $"cast({text} as double)",
            PropertyKind.Date => $"cast(left({text}, 10) as date)",
            PropertyKind.PeriodType => $"(select p.periodtypeid from periodtype p where p.name = {text})",
            PropertyKind.Json => $"nullif(cast(json_extract(o.json, '$.{property.Name}') as varchar), 'null')",
            _ => text,
        };
        return property.Default is null ? value : $"coalesce({value}, {property.Default})";
    }
}
