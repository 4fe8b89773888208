using Dhis2.Scheduling.V1;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Draws runs as trees of processes, stages and items with progress bars.</summary>
internal static class RunTree
{
    private const int BarWidth = 24;

    /// <summary>Draws runs, at most so many lines: stages that went well go first. Lines are cut, never wrapped, so
    /// that the height is known.</summary>
    public static IRenderable Draw(
        IEnumerable<RunView> runs, DateTimeOffset now, bool unicode, int width, int maxLines = int.MaxValue)
    {
        var lines = new List<Line>();
        foreach (var run in runs)
            AddRun(lines, run, now, unicode);
        if (lines.Count > maxLines)
            Shorten(lines, maxLines);
        return new Rows(lines.Select(l => new Markup(l.Fit(width))));
    }

    /// <summary>Symbol of a state.</summary>
    public static string Symbol(ProgressStatus status, bool unicode) => (status, unicode) switch
    {
        (ProgressStatus.Success, true) => "[green]✓[/]",
        (ProgressStatus.Success, false) => "[green]+[/]",
        (ProgressStatus.Error, true) => "[red]✗[/]",
        (ProgressStatus.Error, false) => "[red]x[/]",
        (ProgressStatus.Cancelled, _) => "[yellow]-[/]",
        (ProgressStatus.Running, true) => "[blue]▶[/]",
        (ProgressStatus.Running, false) => "[blue]>[/]",
        _ => " ",
    };

    private static void AddRun(List<Line> lines, RunView run, DateTimeOffset now, bool unicode)
    {
        var span = ShownText.Span((run.Completed ?? now) - run.Started);
        lines.Add(new($"{Symbol(run.Status, unicode)} [bold]{run.Title.EscapeMarkup()}[/] {run.State} [dim]{span}[/]"));
        if (run.Error is not null)
            lines.Add(new(" ") { Note = run.Error, NoteStyle = "red" });
        foreach (var process in run.Processes)
        {
            lines.Add(Noted($"  {Symbol(process.Status, unicode)} {process.Description.EscapeMarkup()}", process.Note, process.Status));
            foreach (var stage in process.Stages)
                AddStage(lines, stage, now, unicode);
        }
    }

    private static void AddStage(List<Line> lines, StageView stage, DateTimeOffset now, bool unicode)
    {
        var span = ShownText.Span((stage.Completed ?? now) - stage.Started);
        var text = $"    {Symbol(stage.Status, unicode)} {stage.Description.EscapeMarkup()}{Bar(stage, now, unicode)} [dim]{span}[/]";
        lines.Add(Noted(text, stage.Note, stage.Status) with { Done = stage.Status == ProgressStatus.Success });
        foreach (var item in stage.Items)
        {
            lines.Add(Noted(
                $"        {Symbol(item.Status, unicode)} [dim]{item.Description.EscapeMarkup()}[/]", item.Note, item.Status));
        }
    }

    private static string Bar(StageView stage, DateTimeOffset now, bool unicode)
    {
        if (stage.Total == 0)
            return "";
        var counts = stage.Total > 0
            ? $"{ShownText.Count(stage.Done)}/{ShownText.Count(stage.Total)}"
            : ShownText.Count(stage.Done);
        var failed = stage.Failed > 0 ? $" [red]{stage.Failed} failed[/]" : "";
        var rate = ShownText.Rate(stage.Rate(now));
        if (stage.Total < 0)
            return $" {counts} [dim]{rate}[/]{failed}";
        var filled = (int)(BarWidth * Math.Min(1, (double)stage.Done / stage.Total));
        var (full, empty) = unicode ? ('━', '─') : ('#', '.');
        var colour = stage.Failed > 0 ? "yellow" : stage.Status == ProgressStatus.Success ? "green" : "blue";
        return $" [{colour}]{new string(full, filled)}[/][dim]{new string(empty, BarWidth - filled)}[/] {counts} [dim]{rate}[/]{failed}";
    }

    private static Line Noted(string markup, string? note, ProgressStatus status) =>
        new(markup) { Note = note, NoteStyle = status == ProgressStatus.Error ? "red" : "dim" };

    private static void Shorten(List<Line> lines, int maxLines)
    {
        var hidden = 0;
        for (var i = 0; i < lines.Count && lines.Count >= maxLines;)
        {
            if (lines[i].Done)
            {
                lines.RemoveAt(i);
                hidden++;
            }
            else
            {
                i++;
            }
        }

        if (lines.Count >= maxLines)
        {
            hidden += lines.Count - maxLines + 1;
            lines.RemoveRange(maxLines - 1, lines.Count - maxLines + 1);
        }

        lines.Insert(Math.Min(1, lines.Count), new($"    [dim]... {hidden} more lines[/]"));
    }

    private sealed record Line(string Markup)
    {
        public string? Note { get; init; }

        public string NoteStyle { get; init; } = "dim";

        public bool Done { get; init; }

        public string Fit(int width)
        {
            var room = width - Spectre.Console.Markup.Remove(Markup).Length - 1;
            if (string.IsNullOrEmpty(Note) || room < 8)
                return Markup;
            var note = Note.ReplaceLineEndings(" ");
            if (note.Length > room)
                note = note[..(room - 3)] + "...";
            return $"{Markup} [{NoteStyle}]{note.EscapeMarkup()}[/]";
        }
    }
}
