using System.Globalization;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace StoreConformance;

/// <summary>What runs found wrong with objects: kept with the run, and in short with the job until its next run ends.</summary>
public abstract class RunErrorSuite(StorePlace place) : StoreSuite(place)
{
    private static readonly RunError[] Errors =
    [
        new("E7605", "fbfJHSPpUQD", "DataElement", ["a", "數據"], "Not accessible"),
        new("E1005", null, null, [], "Not found"),
        new("E7605", "cYeuwXTCPkU", "DataElement", [], "Not accessible"),
    ];

    [Fact]
    public async Task Errors_are_kept_with_the_run_and_in_short_with_its_job()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var other = await CreateAsync(Job("aaaaaaaaaa2"));
        var run = await CompleteAsync(job, T0, progress: new RunProgress(3, []) { Errors = Errors });
        await CompleteAsync(other, T0.AddMinutes(1), progress: Progress(2));

        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Equal(new RunErrorCodes(run.RunId, "E1005 E7605"), (await Jobs.GetStateAsync(job.Uid, Cancel)).LastErrors);
            Assert.Equal(new RunErrorCodes(run.RunId, "E1005 E7605"), (await Jobs.ListStatesAsync(Cancel))[job.Uid].LastErrors);
            Assert.Null((await Jobs.GetStateAsync(other.Uid, Cancel)).LastErrors);
            Assert.Equivalent(Errors, (await Jobs.FindRunAsync(run.RunId, Cancel))!.Progress.Errors, strict: true);
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task The_next_run_that_ends_replaces_or_removes_what_the_job_shows()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var first = await CompleteAsync(job, T0, JobRunOutcome.Failed, new RunProgress(3, []) { Errors = Errors });
        var second = await CompleteAsync(job, T0.AddMinutes(1), progress: new RunProgress(3, []) { Errors = [Errors[1]] });
        Assert.Equal(new RunErrorCodes(second.RunId, "E1005"), (await Jobs.GetStateAsync(job.Uid, Cancel)).LastErrors);
        await Jobs.RecordSkippedAsync(Run(job, started: T0.AddMinutes(2), scheduled: T0), Cancel);
        await StartAsync(Run(job, started: T0.AddMinutes(3)));
        Assert.NotNull((await Jobs.GetStateAsync(job.Uid, Cancel)).LastErrors);
        foreach (var lost in await Jobs.RecoverStaleAsync("node-2", "gone", T0.AddHours(1), Cancel))
            Assert.Equal(job.Uid, lost.JobUid);

        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Null((await Jobs.GetStateAsync(job.Uid, Cancel)).LastErrors);
            Assert.Equal(3, (await Jobs.FindRunAsync(first.RunId, Cancel))!.Progress.Errors!.Count);
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task Errors_saved_before_a_crash_survive_it()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await StartAsync(Run(job));
        await Jobs.RenewLeaseAsync(run.RunId, run.Owner, T0, T0.AddMinutes(1), Progress(1) with { Errors = Errors }, Cancel);
        await ReopenAsync();

        await Jobs.RecoverStaleAsync("node-2", "gone", T0.AddHours(1), Cancel);

        Assert.Equal("E1005 E7605", (await Jobs.GetStateAsync(job.Uid, Cancel)).LastErrors?.Codes);
        Assert.Equal(3, (await Jobs.FindRunAsync(run.RunId, Cancel))!.Progress.Errors!.Count);
    }

    [Fact]
    public async Task Errors_go_with_the_job_but_stay_in_its_history()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await CompleteAsync(job, T0, progress: new RunProgress(3, []) { Errors = Errors });
        await Jobs.DeleteAsync(job.Uid, null, Cancel);
        await CreateAsync(Job("aaaaaaaaaa1"));

        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Null((await Jobs.GetStateAsync(job.Uid, Cancel)).LastErrors);
            Assert.Equal(3, (await Jobs.FindRunAsync(run.RunId, Cancel))!.Progress.Errors!.Count);
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task A_run_keeps_as_many_errors_as_it_may_list()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var many = Enumerable.Range(0, RunErrorList.MaxErrors)
            .Select(i => new RunError("E7605", i.ToString("d11", CultureInfo.InvariantCulture), "DataElement", [], new string('x', 2_000)))
            .ToList();
        var run = await CompleteAsync(job, T0, progress: Progress(5_000) with { Errors = many });
        await ReopenAsync();

        Assert.Equivalent(many, (await Jobs.FindRunAsync(run.RunId, Cancel))!.Progress.Errors, strict: true);
    }
}
