using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

/// <summary>The scheduler over a store, with a clock that the test holds.</summary>
internal sealed class SchedulerHost : IAsyncDisposable
{
    /// <summary>How long to wait for what must happen.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static readonly DateTimeOffset Start = new(2024, 2, 28, 10, 0, 0, TimeSpan.Zero);

    public static readonly User Admin = new()
    {
        Uid = "xE7jOejl9FI",
        Username = "admin",
        FirstName = "A",
        Surname = "D",
        PasswordHash = "",
        Authorities = new HashSet<string> { "ALL" },
        Created = Start,
        LastUpdated = Start,
    };

    private readonly IHost _host;
    private bool _stopped;

    private SchedulerHost(IHost host, FakeTimeProvider time, IJobStore store)
    {
        _host = host;
        Time = time;
        Store = store;
    }

    public FakeTimeProvider Time { get; }

    public IJobStore Store { get; }

    public JobConfigurations Configurations => Get<JobConfigurations>();

    public JobRuns Runs => Get<JobRuns>();

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SchedulerHost> StartAsync(
        IJobStore store, IEnumerable<IJob> jobs, FakeTimeProvider? time = null, Action<SchedulingOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        time ??= new FakeTimeProvider(Start);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(store);
        builder.Services.AddMetrics();
        builder.Services.AddProgress();
        builder.Services.AddScheduling();
        builder.Services.Configure<SchedulingOptions>(o => configure?.Invoke(o));
        foreach (var job in jobs)
            builder.Services.AddSingleton(job);
        var host = new SchedulerHost(builder.Build(), time, store);
        await host._host.StartAsync(Token);
        return host;
    }

    /// <summary>A job straight in the store; created long ago unless told.</summary>
    public static JobConfiguration Job(string name, JobType type, string? cron, DateTimeOffset? created = null) => new()
    {
        Uid = $"j{name.PadRight(10, '0')}",
        Name = name,
        Type = type,
        CronExpression = cron,
        Created = created ?? Start.AddYears(-1),
        LastUpdated = created ?? Start.AddYears(-1),
    };

    /// <summary>Lets the time pass.</summary>
    public void Advance(TimeSpan time) => Time.Advance(time);

    /// <summary>Waits until the run is recorded as ended.</summary>
    public Task<JobRun> EndAsync(string runId) => UntilAsync(async () =>
        await Store.FindRunAsync(runId, Token) is { Outcome: not null } run && Get<ProgressHub>().Find(runId) is null ? run : null);

    /// <summary>Waits for a condition that comes true on other threads.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T?>> condition)
        where T : class
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            if (await condition() is { } result)
                return result;
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>The history of a job, latest first.</summary>
    public ValueTask<IReadOnlyList<JobRun>> HistoryAsync(string uid) => Store.ListRunsAsync(new JobRunQuery { JobUid = uid }, Token);

    public async Task StopAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        await _host.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
    }
}
