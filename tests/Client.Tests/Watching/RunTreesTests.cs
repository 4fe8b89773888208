using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Watching;

namespace Client.Tests.Watching;

public sealed class RunTreesTests
{
    private readonly RunTrees _trees = new();

    [Fact]
    public void Deltas_change_the_tree_and_keep_what_they_do_not_name()
    {
        _trees.Apply(Snapshot(1));
        var delta = new JobRunDelta
        {
            Processes = { new JobProcessChange { ProcessIndex = 0, Process = new() { Summary = "half way" } } },
            Stages = { new JobStageChange { ProcessIndex = 0, StageIndex = 0, Stage = new() { Description = "stage", TotalItems = 9 } } },
            Items = { new JobItemChange { ItemIndex = 1, Item = new() { Description = "second" } } },
        };
        var update = _trees.Apply(Event(2, delta));
        var process = Assert.Single(update!.Run.Sequence);
        Assert.Equal("half way", process.Summary);
        var stage = Assert.Single(process.Stages);
        Assert.Equal(9, stage.TotalItems);
        Assert.Equal(["first", "second"], stage.Items.Select(i => i.Description));
        Assert.Same(delta, update.Changes);
    }

    [Fact]
    public void New_stages_and_their_items_come_in_one_delta()
    {
        _trees.Apply(Snapshot(1));
        var update = _trees.Apply(Event(2, new JobRunDelta
        {
            Stages = { new JobStageChange { StageIndex = 1, Stage = new() { Description = "next" } } },
            Items = { new JobItemChange { StageIndex = 1, Item = new() { Description = "a" } } },
        }));
        Assert.Equal("a", update!.Run.Sequence[0].Stages[1].Items[0].Description);
    }

    [Fact]
    public void Events_that_were_seen_before_are_dropped()
    {
        Assert.NotNull(_trees.Apply(Snapshot(5)));
        Assert.Null(_trees.Apply(Event(5, new JobRunDelta())));
        Assert.Null(_trees.Apply(Event(4, new JobRunDelta())));
        Assert.Null(_trees.Apply(Snapshot(5)));
        Assert.NotNull(_trees.Apply(Snapshot(6)));
    }

    [Fact]
    public void A_run_ends_once_and_says_nothing_afterwards()
    {
        _trees.Apply(Snapshot(1));
        var end = Event(2, new JobRunDelta { State = JobRunState.Completed });
        end.Terminal = true;
        Assert.Equal(JobRunState.Completed, _trees.Apply(end)!.Run.State);
        Assert.True(_trees.AnyEnded);
        Assert.Null(_trees.Apply(end));
        Assert.Null(_trees.Apply(Snapshot(9)));
    }

    [Fact]
    public void Heartbeats_are_no_updates() =>
        Assert.Null(_trees.Apply(new WatchJobRunResponse { RunId = "r", Heartbeat = new() }));

    [Fact]
    public void A_hole_in_the_tree_is_noticed()
    {
        _trees.Apply(Snapshot(1));
        Assert.Throws<InvalidDataException>(() => _trees.Apply(Event(2, new JobRunDelta
        {
            Items = { new JobItemChange { ItemIndex = 7, Item = new() } },
        })));
    }

    private static WatchJobRunResponse Snapshot(long revision) => new()
    {
        RunId = "r",
        Revision = revision,
        Snapshot = new JobRun
        {
            RunId = "r",
            State = JobRunState.Running,
            Sequence =
            {
                new JobProcess { Stages = { new JobStage { Items = { new JobItem { Description = "first" } } } } },
            },
        },
    };

    private static WatchJobRunResponse Event(long revision, JobRunDelta delta) =>
        new() { RunId = "r", Revision = revision, Delta = delta };
}
