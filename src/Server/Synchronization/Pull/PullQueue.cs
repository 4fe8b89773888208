using System.Collections.Concurrent;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Synchronization.Pull;

/// <summary>Pulls that wait for the jobs that do them, by UID of the job. Never written down: a URL may hold a key.</summary>
internal sealed class PullQueue
{
    private readonly ConcurrentDictionary<string, WaitingPull> _waiting = new();

    /// <summary>How many wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Keeps a pull for a job.</summary>
    public void Add(string job, WaitingPull pull) => _waiting[job] = pull;

    /// <summary>Gives up the pull of a job; null when there is none, as after a restart.</summary>
    public WaitingPull? Take(string job) => _waiting.TryRemove(job, out var pull) ? pull : null;
}

/// <summary>A pull that waits.</summary>
/// <param name="Url">URL of the document; it was looked up in the list.</param>
/// <param name="Caller">Who asked.</param>
internal sealed record WaitingPull(string Url, User Caller);

/// <summary>Lets pulls be done by jobs, so that those who ask need not wait.</summary>
internal interface IPullLauncher
{
    /// <summary>Starts a job that pulls, as soon as those before it are done.</summary>
    /// <exception cref="Errors.Dhis2Exception">Unavailable: too many wait.</exception>
    Task<ImportJob> LaunchAsync(WaitingPull pull);
}
