using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunTrigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger;

namespace Dhis2Grpc.Server.Tests.Grpc;

public sealed class RunMessagesTests
{
    private static readonly DateTimeOffset Start = new(2024, 2, 28, 3, 0, 0, TimeSpan.Zero);

    private static readonly JobRun Run = new()
    {
        RunId = "r1",
        JobUid = "aB3dEfGhIj1",
        JobName = "Try",
        Type = JobType.Test,
        Trigger = JobRunTrigger.Execute,
        Started = Start,
        Owner = "o",
        Progress = new(7,
        [
            new ProcessProgress
            {
                JobUid = "aB3dEfGhIj1",
                Status = ProgressStatus.Running,
                Started = Start,
                Description = "Test job",
                Stages =
                [
                    new StageProgress
                    {
                        Description = "Waiting",
                        Status = ProgressStatus.Success,
                        Started = Start,
                        Completed = Start.AddMilliseconds(9),
                        Summary = "waited",
                    },
                    new StageProgress
                    {
                        Description = "Check items",
                        Status = ProgressStatus.Running,
                        Started = Start.AddSeconds(1),
                        TotalItems = 12,
                        OmittedItems = 1,
                        OnFailure = FailurePolicy.SkipItem,
                        Items =
                        [
                            new ItemProgress { Description = "#1", Status = ProgressStatus.Error, Error = "no", Started = Start, Completed = Start.AddSeconds(2) },
                            new ItemProgress { Status = ProgressStatus.Running, Started = Start.AddSeconds(9) },
                        ],
                    },
                    new StageProgress { Description = "One", Status = ProgressStatus.Running, Started = Start, TotalItems = 1 },
                ],
            },
        ]),
    };

    [Fact]
    public void Durations_count_to_the_end_or_to_now_and_never_below_zero()
    {
        var process = Run.ToMessage(Start.AddSeconds(5)).Sequence.Single();

        Assert.Equal(5, process.Duration.ToTimeSpan().TotalSeconds);
        Assert.Equal(9, process.Stages[0].Duration.ToTimeSpan().TotalMilliseconds);
        Assert.Equal(2, process.Stages[1].Items[0].Duration.ToTimeSpan().TotalSeconds);
        Assert.Equal(0, process.Stages[1].Items[1].Duration.ToTimeSpan().TotalSeconds);
        Assert.Equal((false, true), (process.Complete, process.Stages[0].Complete));
        Assert.False(process.Stages[1].Items[1].HasDescription);
        Assert.Equal(1, process.Stages[1].OmittedItems);
    }

    [Fact]
    public void Overviews_count_the_started_items_of_stages_with_several()
    {
        var overview = RunOverviews.ByType([Run])["TEST"].Processes.Single();

        Assert.Equal(["Waiting", "Check items [3/12]", "One"], overview.Stages);
        Assert.Equal("Test job", overview.Description);
    }

    [Fact]
    public void Watchers_that_are_equally_far_share_one_message()
    {
        var messages = new RunEventMessages(TimeProvider.System);
        var e = new RunEvent { RunId = "r1", JobUid = "j", Type = JobType.Test, Revision = 7, Snapshot = Run };

        var one = messages.Of(new(e, "r1.7"));
        var two = messages.Of(new(e, "r1.7"));
        var other = messages.Of(new(e, "r0.3~r1.7"));

        Assert.Same(one, two);
        Assert.Same(one.Snapshot, other.Snapshot);
        Assert.Equal(("r1.7", "r0.3~r1.7"), (one.ResumeToken, other.ResumeToken));
    }
}
