using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Tests.Progress;

public sealed class RunErrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failures_with_a_code_are_recorded_and_others_are_not()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        Exception[] failures =
        [
            new Dhis2Exception(ErrorKind.Conflict, "plain", "E1004"),
            new InvalidOperationException("no code"),
            new Dhis2Exception(ErrorKind.Conflict, "reported")
            {
                ObjectClass = "org.hisp.dhis.dataelement.DataElement",
                ObjectUid = "fbfJHSPpUQD",
                Reports = [new("E4000", "Missing", "name") { Arguments = ["name"] }, new("E5003", "Taken") { MainId = "cYeuwXTCPkU" }],
            },
        ];

        await progress.RunStageAsync("Items", failures, _ => null, (e, _) => Task.FromException<string?>(e), Token, FailurePolicy.SkipItem);
        await progress.RunStageAsync("Stage", _ => Task.FromException<string?>(new Dhis2Exception(ErrorKind.NotFound, "stage", "E1005")), Token, FailurePolicy.SkipStage);
        var (outcome, _) = feed.Close(new Dhis2Exception(ErrorKind.Conflict, "run", "E7005"));

        var errors = feed.Snapshot().Progress.Errors!;
        Assert.Equal(JobRunOutcome.Failed, outcome);
        Assert.Equal(
            [("E1004", null, null), ("E4000", "fbfJHSPpUQD", "DataElement"), ("E5003", "cYeuwXTCPkU", "DataElement"), ("E1005", null, null), ("E7005", null, null)],
            errors.Select(e => (e.Code, e.ObjectId, e.ObjectType)));
        Assert.Equal(["name"], errors[1].Arguments);
        Assert.Equal("E1004 E1005 E4000 E5003 E7005", RunError.CodesOf(errors));
    }

    [Fact]
    public void An_error_is_kept_once_and_does_not_fail_the_run()
    {
        var time = Runs.Time();
        var feed = Runs.Feed(time);
        var progress = Runs.Progress(feed, time);
        var before = feed.Revision;

        for (var i = 0; i < 3; i++)
            progress.AddError(new("E7605", "fbfJHSPpUQD", "DataElement", ["x"], "Not accessible"));
        progress.AddError(new("E7605", "fbfJHSPpUQD", "DataElement", ["y"], "Not accessible"));

        Assert.Equal(2, feed.Snapshot().Progress.Errors!.Count);
        Assert.True(feed.Revision > before);
        Assert.Equal((JobRunOutcome.Completed, null), feed.Close(null));
        Assert.Equal(2, feed.State().Progress.Errors!.Count);
    }

    [Fact]
    public void So_many_errors_that_no_document_would_hold_them_are_not_all_kept()
    {
        var feed = Runs.Feed(Runs.Time());

        feed.AddErrors(Enumerable.Range(0, RunErrorList.MaxErrors + 10).Select(i => new RunError("E7605", $"object {i}", null, [], "x")));

        Assert.Equal(RunErrorList.MaxErrors, feed.Snapshot().Progress.Errors!.Count);
    }
}
