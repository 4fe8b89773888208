using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every data element or indicator with its group in each group set: the first group, in the set's order,
/// that contains it.</summary>
/// <param name="type">Table of the objects, such as dataelement.</param>
/// <param name="condition">Which group sets count.</param>
internal sealed class GroupSetStructure(string type, string condition) : IResourceTable
{
    /// <summary>Data elements, in the sets that are data dimensions.</summary>
    public static IResourceTable OfDataElements { get; } = new GroupSetStructure("dataelement", "datadimension");

    /// <summary>Indicators, in all sets.</summary>
    public static IResourceTable OfIndicators { get; } = new GroupSetStructure("indicator", "true");

    /// <inheritdoc/>
    public string Name => $"_{type}groupsetstructure";

    /// <inheritdoc/>
    public async Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken)
    {
        var (id, name) = ($"{type}id", $"{type}name");
        var sets = await SetColumns.ReadAsync(
            write.Connection,
            $"select {type}groupsetid, uid, coalesce(shortname, name) from {type}groupset where {condition} order by name, uid",
            new ColumnNames(id, name),
            cancellationToken);
        await write.Connection.ExecuteAsync(
            $"""
            create table {target} as
            with f as (
                select m.{id}, s.{type}groupsetid as setid,
                    arg_min(g.name, (s.sort_order, g.uid)) as name, arg_min(g.uid, (s.sort_order, g.uid)) as uid
                from {type}groupsetmembers s
                join {type}group g using ({type}groupid)
                join {type}groupmembers m using ({type}groupid)
                group by m.{id}, s.{type}groupsetid
            )
            select d.{id}, any_value(d.name) as {name}{string.Concat(sets.Select(s => s.Select()))}
            from {type} d left join f using ({id})
            group by d.{id}
            """,
            cancellationToken);
    }
}
