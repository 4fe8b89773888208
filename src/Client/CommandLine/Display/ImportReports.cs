using Dhis2.Common.V1;
using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Shows what imports did.</summary>
internal static class ImportReports
{
    private const int ShownProblems = 20;

    /// <summary>Report of a metadata import.</summary>
    public static void Show(IAnsiConsole console, ImportReport report)
    {
        var table = JobTables.Table(console, "TYPE", "CREATED", "UPDATED", "DELETED", "IGNORED", "TOTAL");
        foreach (var type in report.TypeReports)
            Row(table, type.Klass[(type.Klass.LastIndexOf('.') + 1)..], type.Stats);
        Row(table, report.Status, report.Stats ?? new());
        console.Write(table);
        var problems = report.TypeReports.SelectMany(t => t.ObjectReports)
            .SelectMany(o => o.ErrorReports.Select(e => $"{o.Uid}: {e.ErrorCode} {e.Message}"));
        Problems(console, problems);
    }

    /// <summary>Summary of a data import.</summary>
    public static void Show(IAnsiConsole console, ImportSummary summary)
    {
        var count = summary.ImportCount ?? new();
        console.Profile.Out.Writer.WriteLine(
            $"{summary.Status}: {ShownText.Count(count.Imported)} imported, {ShownText.Count(count.Updated)} updated, {ShownText.Count(count.Ignored)} ignored, {ShownText.Count(count.Deleted)} deleted.");
        Problems(console, summary.Conflicts.Select(c => $"{c.Object}: {(c.HasErrorCode ? $"{c.ErrorCode} " : "")}{c.Value}"));
    }

    private static void Row(Table table, string name, ImportStats stats) => table.Row(
        name, ShownText.Count(stats.Created), ShownText.Count(stats.Updated), ShownText.Count(stats.Deleted),
        ShownText.Count(stats.Ignored), ShownText.Count(stats.Total));

    private static void Problems(IAnsiConsole console, IEnumerable<string> problems)
    {
        var shown = 0;
        var more = 0;
        foreach (var problem in problems)
        {
            if (shown++ < ShownProblems)
                console.Profile.Out.Writer.WriteLine($"  {problem.ReplaceLineEndings(" ")}");
            else
                more++;
        }

        if (more > 0)
            console.Profile.Out.Writer.WriteLine($"  ... and {ShownText.Count(more)} more; --json shows all.");
    }
}
