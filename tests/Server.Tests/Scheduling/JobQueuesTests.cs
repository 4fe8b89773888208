using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Scheduling;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class JobQueuesTests
{
    private const string Cron = "0 30 10 * * *";

    private readonly MemoryJobStore _store = new();
    private readonly ProbeJob _test = new(JobType.Test);
    private readonly ProbeJob _other = new(JobType.ResourceTable);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_system_job_cannot_be_in_a_queue()
    {
        await using var host = await StartAsync();
        await _store.CreateAsync(SchedulerHost.Job("sys", JobType.DataStatistics, "0 0 2 ? * *"), Token);

        var failure = await Assert.ThrowsAsync<Dhis2Exception>(() => CreateAsync(host, "Q", "ja000000000", "jsys0000000"));

        Assert.Equal(("E7023", "Job `jsys0000000` is a system job and as such cannot be added to a queue.`"), (failure.Code, failure.Message));
        Assert.Empty(await host.Get<JobQueues>().ListNamesAsync(Token));
    }

    [Fact]
    public async Task A_queue_cannot_take_the_name_of_another()
    {
        await using var host = await StartAsync();
        await CreateAsync(host, "Q", "ja000000000", "jb000000000");
        await CreateAsync(host, "P", "jc000000000", "jd000000000");

        var failure = await Assert.ThrowsAsync<Dhis2Exception>(() => host.Get<JobQueues>()
            .UpdateAsync("P", "Q", Cron, ["jc000000000", "jd000000000"], SchedulerHost.Admin, Token).AsTask());

        Assert.Equal(("E7021", ErrorKind.Conflict), (failure.Code, failure.Kind));
        Assert.Equal(["P", "Q"], await host.Get<JobQueues>().ListNamesAsync(Token));
    }

    [Fact]
    public async Task A_change_that_another_overtakes_is_made_anew_on_what_is_there()
    {
        await using var host = await StartAsync();
        Task? overtaken = null;
        _store.Before = name => _ = name == "TryUpdate" ? overtaken ??= OvertakeAsync() : null;

        await CreateAsync(host, "Q", "ja000000000", "jb000000000");

        var queue = await host.Get<JobQueues>().GetAsync("Q", Token);
        Assert.Equal(["renamed meanwhile", "b"], queue.Members.Select(j => j.Name));

        async Task OvertakeAsync()
        {
            var job = await _store.FindAsync("ja000000000", Token);
            await _store.UpdateAsync(job! with { Name = "renamed meanwhile" }, Token);
        }
    }

    [Fact]
    public async Task A_queue_fires_by_its_expression_and_its_run_tells_each_job()
    {
        await using var host = await StartAsync();
        await CreateAsync(host, "Q", "ja000000000", "jb000000000");

        host.Advance(TimeSpan.FromMinutes(30));
        var first = await _test.NextAsync();
        var during = host.Get<QueueRuns>().Look("Q").Run!;
        first.End();
        (await _other.NextAsync()).End();
        var ended = await SchedulerHost.UntilAsync(() => Task.FromResult(host.Get<QueueRuns>().Look("Q").Run is { Outcome: not null } run ? run : null));

        Assert.Equal((first.Context.RunId, null), (during.Id, during.Outcome));
        Assert.Equal((during.Id, JobRunOutcome.Completed), (ended.Id, ended.Outcome));
        Assert.Equal(
            [("a", JobRunOutcome.Completed), ("b", JobRunOutcome.Completed)],
            ended.Steps.Select(s => (s.JobName, s.Outcome ?? default)));
    }

    [Fact]
    public async Task A_run_goes_with_the_name_of_its_queue_but_not_to_another_queue_of_that_name()
    {
        await using var host = await StartAsync();
        var runs = host.Get<QueueRuns>();
        await CreateAsync(host, "Q", "ja000000000", "jb000000000");
        var started = await host.Runs.ExecuteAsync("jb000000000", SchedulerHost.Admin, Token);
        (await _other.NextAsync()).End();
        await SchedulerHost.UntilAsync(() => Task.FromResult(runs.Look("Q").Run is { Outcome: not null } run ? run : null));

        await host.Get<JobQueues>().UpdateAsync("Q", "P", Cron, ["ja000000000", "jb000000000"], SchedulerHost.Admin, Token);
        Assert.Equal(("P", started.RunId, started.RunId), (runs.Look("Q").Queue, runs.Look("Q").Run?.Id, runs.Look("P").Run?.Id));
        await host.Get<JobQueues>().DeleteAsync("P", SchedulerHost.Admin, Token);
        await CreateAsync(host, "P", "jc000000000", "jd000000000");

        Assert.Null(runs.Look("P").Run);
        Assert.Null(await host.Get<QueueHistory>().LatestAsync(await host.Get<JobQueues>().GetAsync("P", Token), Token));
    }

    [Fact]
    public async Task A_queue_renamed_in_the_middle_of_its_run_goes_on_and_is_found_under_both_names()
    {
        await using var host = await StartAsync();
        var (runs, queues) = (host.Get<QueueRuns>(), host.Get<JobQueues>());
        await CreateAsync(host, "Q", "ja000000000", "jb000000000");
        await host.Runs.ExecuteAsync("ja000000000", SchedulerHost.Admin, Token);
        var first = await _test.NextAsync();

        await queues.UpdateAsync("Q", "P", Cron, ["ja000000000", "jb000000000"], SchedulerHost.Admin, Token);
        await queues.UpdateAsync("P", "R", Cron, ["ja000000000", "jb000000000"], SchedulerHost.Admin, Token);
        Assert.Equal(("R", first.Context.RunId, null), (runs.Look("Q").Queue, runs.Look("R").Run?.Id, runs.Look("R").Run?.Outcome));
        first.End();
        (await _other.NextAsync()).End();
        var ended = await SchedulerHost.UntilAsync(() => Task.FromResult(runs.Look("Q").Run is { Outcome: not null } run ? run : null));

        Assert.Equal((first.Context.RunId, JobRunOutcome.Completed, "R", 2), (ended.Id, ended.Outcome, ended.Queue, ended.Steps.Count));
        // A name that goes back leads to itself, and one that is taken again to the new queue.
        await queues.UpdateAsync("R", "Q", Cron, ["ja000000000", "jb000000000"], SchedulerHost.Admin, Token);
        Assert.Equal(("Q", ended.Id), (runs.Look("P").Queue, runs.Look("Q").Run?.Id));
        await CreateAsync(host, "R", "jc000000000", "jd000000000");
        Assert.Null(runs.Look("R").Run);
    }

    private static async Task CreateAsync(SchedulerHost host, string name, params string[] jobs) =>
        await host.Get<JobQueues>().CreateAsync(name, Cron, jobs, SchedulerHost.Admin, Token);

    private async Task<SchedulerHost> StartAsync()
    {
        foreach (var (name, type) in new[] { ("a", JobType.Test), ("b", JobType.ResourceTable), ("c", JobType.Test), ("d", JobType.ResourceTable) })
            await _store.CreateAsync(SchedulerHost.Job(name, type, "0 0 0 1 1 *", SchedulerHost.Start), Token);
        return await SchedulerHost.StartAsync(_store, [_test, _other]);
    }
}
