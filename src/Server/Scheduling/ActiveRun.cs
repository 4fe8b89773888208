using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>A run that this server claimed and that has not ended.</summary>
internal sealed class ActiveRun(JobRun run, JobConfiguration configuration, ScheduledJob? job, RunFeed feed) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>The run as it was claimed.</summary>
    public JobRun Run { get; } = run;

    /// <summary>The configuration that it runs.</summary>
    public JobConfiguration Configuration { get; } = configuration;

    /// <summary>The job that the scheduler took; null when a user started it.</summary>
    public ScheduledJob? Job { get; } = job;

    /// <summary>Its progress.</summary>
    public RunFeed Feed { get; } = feed;

    /// <summary>Cancelled when the run should end.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Asks the run to end; what it shows changes at once.</summary>
    /// <returns>False when it has ended, or was asked before.</returns>
    public async ValueTask<bool> StopAsync(RunStop stop, string reason, DateTimeOffset now)
    {
        if (!Feed.RequestStop(stop, reason, now))
            return false;
        try
        {
            await _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this very moment.
        }

        return true;
    }

    /// <summary>It ended and was recorded.</summary>
    public void Dispose() => _stop.Dispose();
}
