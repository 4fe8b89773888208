using System.Globalization;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every data element with one of its data sets (those under approval first, then the shortest period type,
/// then by name) and the shortest period type of all of them.</summary>
internal sealed class DataElementStructure : IResourceTable
{
    /// <inheritdoc/>
    public string Name => "_dataelementstructure";

    /// <inheritdoc/>
    public Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken)
    {
        var types = string.Join(", ", PeriodType.All.Select((t, i) =>
            string.Create(CultureInfo.InvariantCulture, $"('{t.Name}', {t.FrequencyOrder * 100 + i})")));
        return write.Connection.ExecuteAsync(
            $"""
            create table {target} as
            with types(name, length) as (values {types}), owner as (
                select distinct e.dataelementid, ds.datasetid, ds.uid, ds.name, ds.workflowid, pt.periodtypeid,
                    pt.name as periodtypename, types.length
                from datasetelement e
                join dataset ds using (datasetid)
                join periodtype pt using (periodtypeid)
                join types on types.name = pt.name
            ), first as (
                select dataelementid,
                    arg_min({Row("datasetid", "uid", "name", "workflowid")}, (workflowid is null, length, name, uid)) as ds,
                    arg_min({Row("periodtypeid", "periodtypename")}, (length, periodtypeid)) as pt
                from owner group by dataelementid
            )
            select d.dataelementid, d.uid as dataelementuid, d.name as dataelementname, ds.datasetid, ds.uid as datasetuid,
                ds.name as datasetname, case when ds.datasetid is not null and ds.workflowid is null then 0 end as datasetapprovallevel,
                ds.workflowid, pt.periodtypeid, pt.periodtypename
            from dataelement d left join first using (dataelementid)
            """,
            cancellationToken);
    }

    private static string Row(params string[] columns) => $"{{{string.Join(", ", columns.Select(c => $"'{c}': {c}"))}}}";
}
