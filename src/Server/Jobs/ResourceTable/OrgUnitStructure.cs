using System.Globalization;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Every organisation unit with its ancestor, or itself, at each level.</summary>
internal sealed class OrgUnitStructure : IResourceTable
{
    /// <inheritdoc/>
    public string Name => "_orgunitstructure";

    /// <inheritdoc/>
    public async Task BuildAsync(IWarehouseWrite write, string target, CancellationToken cancellationToken)
    {
        // The units' own levels count, not the level rows, which may be missing.
        var levels = await write.Connection.ScalarAsync<int>(
            "select coalesce(max(hierarchylevel), 0) from organisationunit", cancellationToken);
        var columns = Each(levels, k => $", l{k}.organisationunitid as idlevel{k}, l{k}.uid as uidlevel{k}, l{k}.name as namelevel{k}");
        var joins = Each(levels, k => $" left join organisationunit l{k} on l{k}.uid = p[{k}]");
        await write.Connection.ExecuteAsync(
            $"""
            create table {target} as
            select o.organisationunitid, o.uid as organisationunituid, o.hierarchylevel as level{columns}
            from (select *, string_split(ltrim(path, '/'), '/') as p from organisationunit) o{joins}
            """,
            cancellationToken);
    }

    private static string Each(int levels, Func<string, string> text) =>
        string.Concat(Enumerable.Range(1, levels).Select(k => text(k.ToString(CultureInfo.InvariantCulture))));
}
