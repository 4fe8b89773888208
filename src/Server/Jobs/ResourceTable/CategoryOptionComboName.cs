using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every valid category option combo with its name and the days on which all its options are valid. A combo
/// without categories, or with a category without options, has no valid option combos.</summary>
internal sealed class CategoryOptionComboName : IResourceTable
{
    /// <inheritdoc/>
    public string Name => "_categoryoptioncomboname";

    /// <inheritdoc/>
    public Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken) =>
        write.Connection.ExecuteAsync(
            $"""
            create table {target} as
            with valid as (
                select cc.categorycomboid
                from categorycombos_categories cc
                left join (select distinct categoryid from categories_categoryoptions) o using (categoryid)
                group by cc.categorycomboid
                having count(*) = count(o.categoryid)
            ), span as (
                select categoryoptioncomboid, max(startdate) as startdate, min(enddate) as enddate
                from categoryoptioncombos_categoryoptions
                join dataelementcategoryoption using (categoryoptionid)
                group by categoryoptioncomboid
            )
            select coc.categoryoptioncomboid, {CategoryStructure.ComboName} as categoryoptioncomboname,
                case when coc.ignoreapproval then 0 end as approvallevel, span.startdate, span.enddate
            from categoryoptioncombo coc
            join categorycombos_optioncombos using (categoryoptioncomboid)
            join valid using (categorycomboid)
            left join span using (categoryoptioncomboid)
            """,
            cancellationToken);
}
