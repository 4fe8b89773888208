using System.Threading.Channels;
using Dhis2Grpc.Server.Jobs;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

/// <summary>A job whose runs the test sees start, and lets end.</summary>
internal sealed class ProbeJob(JobType type) : IJob
{
    private readonly Channel<ProbeRun> _runs = Channel.CreateUnbounded<ProbeRun>();

    public JobType Type { get; } = type;

    /// <summary>Runs end by themselves.</summary>
    public bool EndsAtOnce { get; set; }

    /// <summary>Runs do not care for their token.</summary>
    public bool Stubborn { get; set; }

    public async Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        var run = new ProbeRun(context, cancellationToken);
        await _runs.Writer.WriteAsync(run, CancellationToken.None);
        if (!EndsAtOnce)
            await run.Done.WaitAsync(Stubborn ? CancellationToken.None : cancellationToken);
    }

    /// <summary>The next run that starts.</summary>
    public async Task<ProbeRun> NextAsync() => await _runs.Reader.ReadAsync(TestContext.Current.CancellationToken)
        .AsTask().WaitAsync(SchedulerHost.Limit, TestContext.Current.CancellationToken);

    /// <summary>Whether a run started that was not yet taken.</summary>
    public bool HasStarted => _runs.Reader.TryPeek(out _);
}

/// <summary>A run in the hands of a test.</summary>
internal sealed class ProbeRun(JobRunContext context, CancellationToken token)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JobRunContext Context { get; } = context;

    public CancellationToken Token { get; } = token;

    public Task Done => _done.Task;

    public void End() => _done.TrySetResult();

    public void Fail(string message) => _done.TrySetException(new InvalidOperationException(message));
}
