using Dhis2.Analytics.V1;
using Dhis2Grpc.Server.Analytics;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Writes answers of analytics as DHIS2's grid.</summary>
internal static class AnalyticsMessages
{
    /// <summary>The grid of an answer.</summary>
    public static QueryAnalyticsResponse Grid(AnalyticsQuery query, AnalyticsResult result)
    {
        var response = new QueryAnalyticsResponse();
        foreach (var axis in result.Axes)
            response.Headers.Add(new GridHeader { Name = axis.Name, Column = axis.Column, ValueType = "TEXT", Type = "java.lang.String", Meta = true });
        response.Headers.Add(new GridHeader { Name = "value", Column = "Value", ValueType = "NUMBER", Type = "java.lang.Double" });
        if (!query.SkipMeta)
            response.MetaData = MetaData(result);

        var names = result.Axes.Select(a => a.Items.Select(i => Name(i, query.Scheme)).ToArray()).ToArray();
        foreach (var row in result.Rows)
        {
            var cells = new GridRow();
            for (var i = 0; i < names.Length; i++)
                cells.Values.Add(names[i][row.Items[i]]);
            cells.Values.Add(row.Value is { } value ? ValueText.Of(value, query.SkipRounding) : row.Text);
            response.Rows.Add(cells);
        }

        response.HeaderWidth = response.Headers.Count;
        response.Height = response.Rows.Count;
        response.Width = response.Rows.Count > 0 ? response.Headers.Count : 0;
        return response;
    }

    private static GridMetaData MetaData(AnalyticsResult result)
    {
        var meta = new GridMetaData();
        foreach (var axis in result.Axes.Concat(result.Filters))
        {
            meta.Items[axis.Name] = new GridItem { Name = axis.Column };
            foreach (var item in axis.Items)
                meta.Items[item.Uid] = new GridItem { Name = item.Name };
            meta.Dimensions[axis.Name] = new GridItemList { Ids = { axis.Items.Select(i => i.Uid) } };
        }

        foreach (var unit in result.Ancestors)
            meta.Items[unit.Uid] = new GridItem { Name = unit.Name };
        if (!meta.Dimensions.ContainsKey("co"))
            meta.Dimensions["co"] = new GridItemList();
        return meta;
    }

    private static string Name(NamedKey item, OutputScheme scheme) => scheme switch
    {
        OutputScheme.Name => item.Name,
        OutputScheme.Code => item.Code ?? item.Uid,
        _ => item.Uid,
    };
}
