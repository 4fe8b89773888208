using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every data element with each option combo of its own category combo.</summary>
internal sealed class DataElementCategoryOptionCombo : IResourceTable
{
    /// <inheritdoc/>
    public string Name => "_dataelementcategoryoptioncombo";

    /// <inheritdoc/>
    public Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken) =>
        write.Connection.ExecuteAsync(
            $"""
            create table {target} as
            select d.dataelementid, d.uid as dataelementuid, coc.categoryoptioncomboid, coc.uid as categoryoptioncombouid
            from dataelement d
            join categorycombos_optioncombos using (categorycomboid)
            join categoryoptioncombo coc using (categoryoptioncomboid)
            """,
            cancellationToken);
}
