using System.Data.Common;
using System.Text;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>What must be imported with an object: all that it refers to and all that belongs to it, and so on. Organisation units and
/// users are left out, as DHIS2 does: they are the other server's own.</summary>
internal static class MetadataDependencies
{
    /// <summary>Temporary table of type and uid that holds the outcome.</summary>
    public const string Table = "dependency";

    private static readonly HashSet<string> Foreign =
        ["organisationUnits", "organisationUnitGroups", "organisationUnitGroupSets", "organisationUnitLevels", "users", "userGroups", "userRoles"];

    private static readonly string Owned = string.Join("\nunion ", MetadataTypes.InOrder.SelectMany(t => t.References.Where(r => r.Owned).Select(r => $"""
        select o.type, o.uid from object o join frontier f on f.type = '{r.Target}' and f.uid = json_extract_string(o.json, '$.{r.Path}.id') where o.type = '{t.Collection}'
        """)));

    /// <summary>Collects them.</summary>
    /// <exception cref="Dhis2Exception">There is no such object (E1005).</exception>
    public static async Task CollectAsync(DbConnection connection, string collection, string uid, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("create or replace temp table dependency (type varchar, uid varchar); create or replace temp table frontier (type varchar, uid varchar)", cancellationToken);
        await connection.ExecuteAsync("insert into frontier select type, uid from object where type = $type and uid = $uid", cancellationToken, ("type", collection), ("uid", uid));
        if (await connection.ScalarAsync<long>("select count(*) from frontier", cancellationToken) == 0)
            throw Dhis2Exception.NotFound(MetadataTypes.Of(collection).ShortClass, uid);
        while (await connection.ScalarAsync<long>("select count(*) from frontier", cancellationToken) > 0)
        {
            await connection.ExecuteAsync("insert into dependency select type, uid from frontier", cancellationToken);
            var types = await connection.ListAsync("select distinct type from frontier", r => r.GetString(0), cancellationToken);
            await connection.ExecuteAsync($"""
                create or replace temp table frontier as
                    select distinct n.type, n.uid from (
                        {Owned}
                        {string.Concat(types.Select(Named))}) n
                    join object o on o.type = n.type and o.uid = n.uid
                    where not exists (from dependency d where d.type = n.type and d.uid = n.uid)
                """, cancellationToken);
        }
    }

    // What documents hold deeper than the references that imports look up.
    private static readonly (string Type, string Target, string Path)[] Deeper =
    [
        ("dashboards", "reports", "dashboardItems[*].reports[*]"), ("dashboards", "documents", "dashboardItems[*].resources[*]"),
        ("maps", "legendSets", "mapViews[*].legendSet"), ("maps", "programs", "mapViews[*].program"), ("maps", "programStages", "mapViews[*].programStage"),
        ("maps", "trackedEntityTypes", "mapViews[*].trackedEntityType"), ("maps", "dataElements", "mapViews[*].dataDimensionItems[*].dataElement"),
        ("maps", "indicators", "mapViews[*].dataDimensionItems[*].indicator"), ("maps", "programIndicators", "mapViews[*].dataDimensionItems[*].programIndicator"),
        ("maps", "dataSets", "mapViews[*].dataDimensionItems[*].reportingRate.dataSet"),
        .. new[] { "eventReports", "eventCharts", "eventVisualizations" }.SelectMany(t => new (string, string, string)[]
        {
            (t, "dataElements", "dataElementDimensions[*].dataElement"), (t, "legendSets", "dataElementDimensions[*].legendSet"),
            (t, "trackedEntityAttributes", "attributeDimensions[*].attribute"), (t, "programIndicators", "programIndicatorDimensions[*].programIndicator"),
        }),
        ("visualizations", "categories", "categoryDimensions[*].category"), ("visualizations", "categoryOptions", "categoryDimensions[*].categoryOptions[*]"),
        ("visualizations", "dataElementGroupSets", "dataElementGroupSetDimensions[*].dataElementGroupSet"),
        ("visualizations", "categoryOptionGroupSets", "categoryOptionGroupSetDimensions[*].categoryOptionGroupSet"),
    ];

    // Names of what the objects of a type refer to.
    private static string Named(string collection)
    {
        var sql = new StringBuilder();
        Add("attributes", "$.attributeValues[*].attribute.id", isList: true);
        foreach (var reference in MetadataTypes.Of(collection).AllReferences.Where(r => !Foreign.Contains(r.Target)))
            Add(reference.Target, $"$.{string.Join('.', reference.Steps.Select(s => s.IsList ? s.Name + "[*]" : s.Name))}.id", reference.IsInList);
        foreach (var (_, target, path) in Deeper.Where(d => d.Type == collection)) Add(target, $"$.{path}.id", isList: true);
        if (collection == "visualizations") Add("legendSets", "$.legend.set.id", isList: false);
        if (collection == "programRuleActions") Add("programNotificationTemplates", "$.templateUid", isList: false);
        return sql.ToString();

        void Add(string target, string path, bool isList)
        {
            var uid = $"json_extract_string(o.json, '{path}')";
            sql.Append($"\nunion select '{target}', {(isList ? $"unnest({uid})" : uid)} from object o join frontier f on f.type = o.type and f.uid = o.uid where o.type = '{collection}'");
        }
    }
}
