using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every category option combo with its option in each category, and its option group in each option group
/// set, that is a data dimension.</summary>
internal sealed class CategoryStructure : IResourceTable
{
    /// <summary>Name of the option combo <c>coc</c>: as stored, else its options' names in the order of the
    /// categories.</summary>
    public const string ComboName =
        """
        coalesce(coc.name, (
            select string_agg(o.name, ', ' order by cc.sort_order, o.uid)
            from categoryoptioncombos_categoryoptions x
            join dataelementcategoryoption o using (categoryoptionid)
            left join categorycombos_optioncombos xc using (categoryoptioncomboid)
            left join (categorycombos_categories cc join categories_categoryoptions co using (categoryid))
                on cc.categorycomboid = xc.categorycomboid and co.categoryoptionid = o.categoryoptionid
            where x.categoryoptioncomboid = coc.categoryoptioncomboid))
        """;

    /// <inheritdoc/>
    public string Name => "_categorystructure";

    /// <inheritdoc/>
    public async Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken)
    {
        var names = new ColumnNames("categoryoptioncomboid", "categoryoptioncomboname");
        var categories = await SetColumns.ReadAsync(
            write.Connection,
            "select categoryid, uid, coalesce(shortname, name) from dataelementcategory where datadimension order by name, uid",
            names,
            cancellationToken);
        var groupSets = await SetColumns.ReadAsync(
            write.Connection,
            "select categoryoptiongroupsetid, uid, coalesce(shortname, name) from categoryoptiongroupset where datadimension order by name, uid",
            names,
            cancellationToken);
        await write.Connection.ExecuteAsync(
            $"""
            create table {target} as
            with f as (
                select x.categoryoptioncomboid, c.categoryid as setid,
                    arg_min(o.name, (c.sort_order, o.uid)) as name, arg_min(o.uid, (c.sort_order, o.uid)) as uid
                from categoryoptioncombos_categoryoptions x
                join categories_categoryoptions c using (categoryoptionid)
                join dataelementcategoryoption o using (categoryoptionid)
                group by all
                union all
                select x.categoryoptioncomboid, s.categoryoptiongroupsetid,
                    arg_min(g.name, (s.sort_order, g.uid)), arg_min(g.uid, (s.sort_order, g.uid))
                from categoryoptioncombos_categoryoptions x
                join categoryoptiongroupmembers m using (categoryoptionid)
                join categoryoptiongroup g using (categoryoptiongroupid)
                join categoryoptiongroupsetmembers s using (categoryoptiongroupid)
                group by all
            )
            select coc.categoryoptioncomboid, any_value({ComboName}) as categoryoptioncomboname{string.Concat(categories.Concat(groupSets).Select(s => s.Select()))}
            from categoryoptioncombo coc left join f using (categoryoptioncomboid)
            group by coc.categoryoptioncomboid
            """,
            cancellationToken);
    }
}
