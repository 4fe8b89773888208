using System.CommandLine;
using Dhis2.Analytics.V1;
using Dhis2Grpc.Client.CommandLine.Display;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 analytics`.</summary>
internal static class AnalyticsCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli)
    {
        var dx = Items("--dx", "Data element");
        var pe = Items("--pe", "Period, fixed such as 202401 or relative such as LAST_12_MONTHS");
        var ou = Items("--ou", "Organisation unit, LEVEL-n or OU_GROUP-uid");
        var dimension = new Option<string[]>("--dimension", "-d") { Description = "Any dimension, such as co or uid:item;item; may be repeated", HelpName = "DIMENSION" };
        var filter = new Option<string[]>("--filter") { Description = "Dimension that only restricts, such as ou:uid; may be repeated", HelpName = "DIMENSION" };
        var aggregation = new Option<string>("--aggregation-type") { Description = "In place of each data element's own, such as AVERAGE", HelpName = "TYPE" };
        var date = new Option<string>("--date") { Description = "Day that relative periods count from, yyyy-MM-dd [default today]", HelpName = "DATE" };
        var order = new Option<string>("--order") { Description = "Order by value", HelpName = "ASC|DESC" };
        order.AcceptOnlyFromAmong("ASC", "DESC");
        var columns = new Option<string>("--columns") { Description = "Show the items of this dimension as columns, such as pe", HelpName = "DIMENSION" };
        var chart = new Option<bool>("--chart") { Description = "Add a bar chart" };
        var ids = new Option<bool>("--ids") { Description = "Show identifiers in place of names" };
        var command = new CliCommand(
            "analytics", "Aggregates data values from the analytics tables; run an ANALYTICS_TABLE job first",
            "dhis2 analytics --dx fbfJHSPpUQD --pe LAST_12_MONTHS --ou LEVEL-2 --columns pe",
            "dhis2 analytics --dx fbfJHSPpUQD --dx cYeuwXTCPkU --pe 2024 --ou ImspTQPwCqd --chart",
            "dhis2 analytics --dx fbfJHSPpUQD --filter pe:LAST_4_QUARTERS --ou LEVEL-3 --json | jq -r '.rows[] | @csv'")
            .With(dx, pe, ou, dimension, filter, aggregation, date, order, columns, chart, ids);
        return cli.On(command, async (context, ct) =>
        {
            var query = new QueryAnalyticsRequest();
            AddItems(query, "dx", context.Get(dx));
            AddItems(query, "pe", context.Get(pe));
            AddItems(query, "ou", context.Get(ou));
            query.Dimension.Add(context.Get(dimension) ?? []);
            query.Filter.Add(context.Get(filter) ?? []);
            if (context.Get(aggregation) is { } type)
                query.AggregationType = type;
            if (context.Get(date) is { } day)
                query.RelativePeriodDate = day;
            if (context.Get(order) is { } by)
                query.Order = by;
            if (query.Dimension.Count == 0)
                throw new CommandException("Nothing asked: give --dx, --pe and --ou, or --dimension.");
            var grid = await context.Client.Analytics.QueryAsync(query, ct);
            context.Write(grid, console =>
            {
                if (grid.Rows.Count == 0)
                    context.Note("No data.");
                else if (context.Get(columns) is { } pivot)
                    GridTable.Pivot(console, grid, pivot, context.Get(ids));
                else
                    GridTable.Rows(console, grid, context.Get(ids));
                if (context.Get(chart) && grid.Rows.Count > 0)
                    GridTable.Chart(console, grid, context.Get(ids));
            });
            return ExitCode.Ok;
        });
    }

    private static Option<string[]> Items(string name, string description) =>
        new(name) { Description = $"{description}; may be repeated, or items joined by ;", HelpName = "ITEM" };

    private static void AddItems(QueryAnalyticsRequest query, string dimension, string[]? items)
    {
        if (items is { Length: > 0 })
            query.Dimension.Add($"{dimension}:{string.Join(';', items)}");
    }
}
