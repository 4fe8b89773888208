using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine;
using Dhis2Grpc.Client.CommandLine.Display;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Time.Testing;
using Spectre.Console;

namespace Client.Tests.CommandLine;

public sealed class RunDisplayTests
{
    private static readonly DateTimeOffset Start = new(2024, 2, 29, 10, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(Start);

    [Fact]
    public void Lines_tell_begin_failures_and_end_of_each_stage_once()
    {
        var output = new StringWriter();
        var lines = new RunLines(output, _time);
        var run = Run();
        var stage = run.Sequence[0].Stages[0];
        lines.Update("r", RunView.Of(run), false);
        lines.Update("r", RunView.Of(run), false);
        stage.Items[1].Status = ProgressStatus.Error;
        stage.Items[1].Error = "no table\nat all";
        lines.Update("r", RunView.Of(run), false);
        _time.Advance(TimeSpan.FromSeconds(6));
        lines.Update("r", RunView.Of(run), false);
        stage.Status = ProgressStatus.Success;
        stage.CompletedTime = At(7);
        run.State = JobRunState.Completed;
        run.CompletedTime = At(8);
        lines.Update("r", RunView.Of(run), true);
        Assert.Equal(
            [
                "10:00:00 Nightly (TEST) started",
                "10:00:00   populate tables (4 items) ...",
                "10:00:00     ERROR 2023 - no table at all",
                "10:00:06   populate tables 2/4 0.3/s",
                "10:00:06   populate tables: done 2/4 in 7.0 s",
                "10:00:06 Nightly (TEST) COMPLETED in 8.0 s",
            ],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd()));
    }

    [Fact]
    public void The_tree_shows_counts_bar_rate_and_the_items_that_matter()
    {
        var text = Draw(Run(), 4);
        Assert.Equal(
            [
                "> Nightly (TEST) RUNNING 4.0 s",
                "  > Analytics",
                "    > populate tables ######.................. 1/4  4.0 s",
                "        > 2023",
            ],
            text);
    }

    [Fact]
    public void A_tree_that_is_too_high_hides_stages_that_went_well()
    {
        var run = Run();
        for (var i = 0; i < 30; i++)
        {
            run.Sequence[0].Stages.Insert(0, new JobStage
            {
                Description = $"stage {i}",
                Status = ProgressStatus.Success,
                StartedTime = At(0),
                CompletedTime = At(1),
            });
        }

        var text = Draw(run, 4, maxLines: 12);
        Assert.True(text.Length <= 12, $"{text.Length} lines");
        Assert.Contains(text, l => l.Contains("more lines", StringComparison.Ordinal));
        Assert.Contains(text, l => l.Contains("populate tables", StringComparison.Ordinal));
    }

    [Fact]
    public void Markup_in_texts_of_the_server_is_shown_as_it_is()
    {
        var run = Run();
        run.JobName = "[red]odd[/] name [";
        Assert.Contains("[red]odd[/] name [", Draw(run, 1)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_note_that_is_too_long_is_cut_not_wrapped()
    {
        var run = Run();
        run.Sequence[0].Stages[0].Summary = new string('x', 500);
        var line = Draw(run, 4, width: 80)[2];
        Assert.Equal(80, line.Length);
        Assert.EndsWith("xxx...", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.85, "850 ms")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(245, "4 min 05 s")]
    [InlineData(7_800, "2 h 10 min")]
    public void Spans_are_short(double seconds, string expected) =>
        Assert.Equal(expected, ShownText.Span(TimeSpan.FromSeconds(seconds)));

    private static string[] Draw(JobRun run, int seconds, int maxLines = int.MaxValue, int width = 120)
    {
        var output = new StringWriter();
        Terminal.Over(output, live: false, noColor: true)
            .Write(RunTree.Draw([RunView.Of(run)], Start.AddSeconds(seconds), unicode: false, width, maxLines));
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd())];
    }

    private static JobRun Run() => new()
    {
        JobName = "Nightly",
        JobType = JobType.Test,
        State = JobRunState.Running,
        StartedTime = At(0),
        Sequence =
        {
            new JobProcess
            {
                Description = "Analytics",
                Status = ProgressStatus.Running,
                Stages =
                {
                    new JobStage
                    {
                        Description = "populate tables",
                        Status = ProgressStatus.Running,
                        StartedTime = At(0),
                        TotalItems = 4,
                        Items =
                        {
                            new JobItem { Description = "2022", Status = ProgressStatus.Success },
                            new JobItem { Description = "2023", Status = ProgressStatus.Running },
                        },
                    },
                },
            },
        },
    };

    private static Timestamp At(int second) => Start.AddSeconds(second).ToTimestamp();
}
