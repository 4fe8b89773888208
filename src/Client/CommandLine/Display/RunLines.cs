using System.Globalization;
using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Tells the progress of runs in plain lines, for pipes and logs: the begin and end of runs and stages, every
/// failure, and long stages every few seconds.</summary>
internal sealed class RunLines(TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Told> _runs = [];

    /// <summary>Tells what is new in a run.</summary>
    public void Update(string runId, RunView run, bool terminal)
    {
        if (!_runs.TryGetValue(runId, out var told))
        {
            _runs[runId] = told = new Told();
            Tell($"{run.Title} started");
        }

        if (run.Status == ProgressStatus.Cancelled && !terminal && !told.Cancelled)
        {
            told.Cancelled = true;
            Tell($"{run.Title} is being cancelled");
        }

        var position = 0;
        foreach (var stage in run.Processes.SelectMany(p => p.Stages))
            TellStage(told, position++, stage);
        if (terminal)
        {
            Tell($"{run.Title} {run.State} in {ShownText.Span(run.Completed - run.Started)}{Note(run.Error)}");
            _runs.Remove(runId);
        }

        output.Flush();
    }

    private void TellStage(Told told, int position, StageView stage)
    {
        if (position >= told.Stages.Count)
        {
            told.Stages.Add(new(ProgressStatus.Running, time.GetTimestamp(), []));
            if (stage.Status == ProgressStatus.Running)
                Tell($"  {stage.Description}{(stage.Total > 0 ? $" ({ShownText.Count(stage.Total)} item{(stage.Total == 1 ? "" : "s")})" : "")} ...");
        }

        var before = told.Stages[position];
        foreach (var item in stage.Items.Where(i => i.Status == ProgressStatus.Error && before.Failures.Add(i.Description)))
            Tell($"    ERROR {item.Description}{Note(item.Note)}");
        if (stage.Status != before.Status)
        {
            var counts = stage.Total == 0 ? "" : $" {ShownText.Count(stage.Done)}{(stage.Total > 0 ? $"/{ShownText.Count(stage.Total)}" : "")}";
            var span = ShownText.Span(stage.Completed - stage.Started);
            Tell($"  {stage.Description}: {Word(stage.Status)}{counts}{(span.Length > 0 ? $" in {span}" : "")}{Note(stage.Note)}");
            told.Stages[position] = before with { Status = stage.Status };
        }
        else if (stage.Status == ProgressStatus.Running && stage.Done > 0 && time.GetElapsedTime(before.LastCount) >= CountEvery)
        {
            var rate = ShownText.Rate(stage.Rate(time.GetUtcNow()));
            Tell($"  {stage.Description} {ShownText.Count(stage.Done)}{(stage.Total > 0 ? $"/{ShownText.Count(stage.Total)}" : "")} {rate}");
            told.Stages[position] = before with { LastCount = time.GetTimestamp() };
        }
    }

    private void Tell(string text)
    {
        var clock = time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        output.WriteLine($"{clock} {text.ReplaceLineEndings(" ")}");
    }

    private static string Word(ProgressStatus status) => status switch
    {
        ProgressStatus.Success => "done",
        ProgressStatus.Error => "ERROR",
        ProgressStatus.Cancelled => "CANCELLED",
        _ => "running",
    };

    private static string Note(string? note) => string.IsNullOrEmpty(note) ? "" : $" - {note}";

    private sealed class Told
    {
        public bool Cancelled { get; set; }

        public List<ToldStage> Stages { get; } = [];
    }

    private sealed record ToldStage(ProgressStatus Status, long LastCount, HashSet<string> Failures);
}
