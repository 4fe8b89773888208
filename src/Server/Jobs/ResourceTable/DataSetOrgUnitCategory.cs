using System.Globalization;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every data set, unit assigned to it, and attribute option combo that may report there, with the days
/// between which it may. Options not assigned to the unit exclude their combos.</summary>
internal sealed class DataSetOrgUnitCategory : IResourceTable
{
    /// <inheritdoc/>
    public string Name => "_datasetorganisationunitcategory";

    /// <inheritdoc/>
    public Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken) =>
        write.Connection.ExecuteAsync(
            $"""
            create table {target} as
            with options as (
                select categoryoptioncomboid, count(*) as size from categoryoptioncombos_categoryoptions group by all
            ), types(name, step) as (values {Steps()})
            select ds.datasetid, s.sourceid as organisationunitid, any_value(oc.categoryoptioncomboid) as attributeoptioncomboid,
                null::date as costartdate, null::date as coenddate
            from dataset ds
            join datasetsource s using (datasetid)
            join categorycombo cc using (categorycomboid)
            join categorycombos_optioncombos oc using (categorycomboid)
            where cc.name = 'default'
            group by ds.datasetid, s.sourceid
            union all
            select ds.datasetid, s.sourceid, oc.categoryoptioncomboid, min(o.startdate),
                max((o.enddate + coalesce(ds.openperiodsaftercoenddate, 0) * types.step)::date)
            from dataset ds
            join datasetsource s using (datasetid)
            join categorycombo cc using (categorycomboid)
            join periodtype pt using (periodtypeid)
            join types on types.name = pt.name
            join categorycombos_optioncombos oc using (categorycomboid)
            join options using (categoryoptioncomboid)
            join categoryoptioncombos_categoryoptions oco using (categoryoptioncomboid)
            join dataelementcategoryoption o using (categoryoptionid)
            join categoryoption_organisationunits u on u.categoryoptionid = o.categoryoptionid and u.organisationunitid = s.sourceid
            where cc.name <> 'default'
            group by ds.datasetid, s.sourceid, oc.categoryoptioncomboid
            having count(*) = any_value(options.size)
            """,
            cancellationToken);

    private static string Steps() => string.Join(", ", PeriodType.All.Select(t => $"('{t.Name}', {Step(t)})"));

    // The unit by which dates move when a period type is stepped.
    private static string Step(PeriodType type)
    {
        if (type.FrequencyOrder < 30)
            return string.Create(CultureInfo.InvariantCulture, $"to_days({type.FrequencyOrder})");
        return string.Create(CultureInfo.InvariantCulture, $"to_months({(int)Math.Round(type.FrequencyOrder / 30.4)})");
    }
}
