using System.Data.Common;
using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Writes the rows of what is nested in the objects just written, from the JSON that was stored.</summary>
internal sealed class PartProjection(IWarehouseWrite write)
{
    private readonly DbConnection _connection = write.Connection;

    /// <summary>Writes the parts of these types, and of the types whose parts are objects of these.</summary>
    public async Task WriteAsync(IReadOnlyList<MetadataType> types, CancellationToken cancellationToken)
    {
        var written = types.Select(t => t.Collection).ToHashSet(StringComparer.Ordinal);
        foreach (var type in MetadataTypes.Projected)
        {
            foreach (var part in type.Parts.Where(p => written.Contains(type.Collection) || (p.Collection is not null && written.Contains(p.Collection))))
            {
                if (part.IsList) await WriteListAsync(type, part, cancellationToken);
                else await WriteNamedAsync(type, part, cancellationToken);
            }
        }
    }

    /// <summary>Statement that deletes the row that each of some objects has of a part.</summary>
    public static string DeleteNamed(MetadataType type, Part part, string keys) =>
        $"delete from {part.Table} where {part.Key} in (select {part.OwnerColumn} from {type.Table} where {type.Key} in {keys});\n";

    /// <summary>Statements that delete the rows that some objects have of a part.</summary>
    public static string Delete(MetadataType type, Part part, string keys) => part switch
    {
        { OwnerColumn: not null } => DeleteNamed(type, part, keys),
        { Link: { } link } => $"""
            delete from {part.Table} where {part.Key} in (select {link.Member} from {link.Table} where {link.Owner} in {keys});
            delete from {link.Table} where {link.Owner} in {keys};

            """,
        _ => $"delete from {part.Table} where {part.Owner} in {keys};\n",
    };

    private Task<int> WriteNamedAsync(MetadataType type, Part part, CancellationToken cancellationToken)
    {
        var columns = new StringBuilder();
        var values = new StringBuilder();
        var joins = new StringBuilder();
        foreach (var property in part.Properties)
        {
            columns.Append(CultureInfo.InvariantCulture, $", {property.Column}");
            values.Append(CultureInfo.InvariantCulture, $", {ColumnValue.Of(property, "x.item")}");
        }
        foreach (var (i, reference) in part.References.Index())
        {
            var target = MetadataTypes.Of(reference.Target);
            columns.Append(CultureInfo.InvariantCulture, $", {reference.Column}");
            values.Append(CultureInfo.InvariantCulture, $", t{i}.{target.Key}");
            joins.Append(CultureInfo.InvariantCulture, $" left join {target.Table} t{i} on t{i}.uid = {ColumnValue.Text("x.item", $"{reference.Name}.id")}");
        }
        return _connection.ExecuteAsync($"""
            insert into {part.Table} ({part.Key}{columns})
                select x.id{values}
                from (select t.{part.OwnerColumn} as id, json_extract(o.json, '$.{part.Member}') as item
                      from staged_key k join {type.Table} t on t.{type.Key} = k.id join object o on o.type = k.type and o.uid = k.uid
                      where k.type = '{type.Collection}' and t.{part.OwnerColumn} is not null) x{joins}
            """, cancellationToken);
    }

    private async Task WriteListAsync(MetadataType type, Part part, CancellationToken cancellationToken)
    {
        await _connection.ExecuteAsync($"""
            create or replace temp table part_owner as select id, uid from staged_key where type = '{type.Collection}'{OtherOwners(type, part)};
            create or replace temp table part_item as
                select owner, position, {Item(part)} as item
                from (select p.id as owner, unnest(p.items) as item, generate_subscripts(p.items, 1) as position
                      from (select w.id, json_extract(o.json, '$.{part.Member}[*]') as items
                            from part_owner w join object o on o.type = '{type.Collection}' and o.uid = w.uid) p) x
                {Apart(part)};
            """, cancellationToken);
        foreach (var property in part.Properties.Where(p => p.Kind == PropertyKind.Period)) await AddPeriodsAsync(property, cancellationToken);

        var select = new StringBuilder("x.owner, x.position");
        var joins = new StringBuilder();
        var conditions = new List<string> { "true" };
        var unique = "";
        for (var i = 0; i < part.References.Count; i++)
        {
            var reference = part.References[i];
            var target = MetadataTypes.Of(reference.Target);
            select.Append(CultureInfo.InvariantCulture, $", t{i}.{target.Key} as {reference.Column}");
            joins.Append(CultureInfo.InvariantCulture,
                $" left join {target.Table} t{i} on t{i}.uid = {ColumnValue.Text("x.item", reference.Name.Length == 0 ? "id" : $"{reference.Name}.id")}");
            if (reference.Required) conditions.Add($"t{i}.{target.Key} is not null");
            if (reference.Unique) unique = $" qualify row_number() over (partition by x.owner, t{i}.{target.Key} order by x.position) = 1";
        }
        foreach (var property in part.Properties)
        {
            var value = ColumnValue.Of(property, "x.item");
            select.Append(CultureInfo.InvariantCulture, $", {value} as {property.Column}");
            if (property.Required) conditions.Add($"{value} is not null");
        }
        var own = string.Concat(part.References.Select(r => r.Column).Concat(part.Properties.Select(p => p.Column)).Select(c => $", {c}"));
        await _connection.ExecuteAsync($"""
            create or replace temp table part_row as
                select {(part.Key is null ? "null::bigint" : "nextval('hibernate_sequence')")} as key, y.* from (
                    select {select} from part_item x{joins} where {string.Join(" and ", conditions)}{unique}) y;
            {Delete(type, part, "(select id from part_owner)")}
            {Insert(part, own)}
            drop table part_row; drop table part_item; drop table part_owner;
            """, cancellationToken);
    }

    private static string Insert(Part part, string own)
    {
        if (part.Link is { } link)
        {
            return $"""
                insert into {part.Table} ({part.Key}{own}) select key{own} from part_row;
                insert into {link.Table} ({link.Owner}, {link.Member}{(link.First is null ? "" : ", sort_order")}) select owner, key{Order(link.First)} from part_row;
                """;
        }
        var (key, value) = part.Key is null ? ("", "") : ($"{part.Key}, ", "key, ");
        return $"insert into {part.Table} ({key}{part.Owner}{own}{(part.First is null ? "" : ", sort_order")}) select {value}owner{own}{Order(part.First)} from part_row;";
    }

    private static string Order(int? first) => first is { } start
        ? string.Create(CultureInfo.InvariantCulture, $", row_number() over (partition by owner order by position) - 1 + {start}")
        : "";

    // Items that documents have as objects of their own: their objects may have been written without the owner.
    private static string OtherOwners(MetadataType type, Part part) => part.Collection is null ? "" : $"""
         union select t.{type.Key}, t.uid from {type.Table} t where t.uid in (
            select {ColumnValue.Text("o.json", $"{part.CollectionOwner}.id")} from candidate c join object o on o.type = c.type and o.uid = c.uid where c.type = '{part.Collection}')
        """;

    // An item that is no more than a reference to such an object stands for it.
    private static string Item(Part part) => part.Collection is null ? "item" : $"""
        case when json_extract(item, '$.{part.References[0].Name}') is not null then item
            else coalesce((select any_value(e.json)::json from object e where e.type = '{part.Collection}' and e.uid = json_extract_string(item, '$.id')), item) end
        """;

    private static string Apart(Part part) => part.Collection is null ? "" : $"""
        union all
            select w.id, 1000000 + row_number() over (partition by w.id order by {ColumnValue.Text("e.json", "sortOrder")}::integer, e.uid), e.json::json
            from object e join part_owner w on w.uid = {ColumnValue.Text("e.json", $"{part.CollectionOwner}.id")} where e.type = '{part.Collection}'
        """;

    private async Task AddPeriodsAsync(Property property, CancellationToken cancellationToken)
    {
        var missing = await _connection.ListAsync(
            $"select distinct {ColumnValue.Text("item", property.Name)} as iso from part_item where iso is not null and iso not in (select iso from period)",
            r => r.GetString(0), cancellationToken);
        foreach (var text in missing)
        {
            if (!Period.TryParse(text, out var period) || period.Iso != text) continue;
            await _connection.ExecuteAsync("""
                insert into period (periodid, periodtypeid, startdate, enddate, iso)
                    select nextval('hibernate_sequence'), periodtypeid, cast($start as date), cast($end as date), $iso from periodtype where name = $type
                """, cancellationToken,
                ("start", period.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("end", period.End.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
                ("iso", text), ("type", period.Type.Name));
        }
    }
}
