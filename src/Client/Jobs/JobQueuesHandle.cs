using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Watching;

namespace Dhis2Grpc.Client.Jobs;

/// <summary>Queues of jobs that run one after another. Changes need the authority F_SCHEDULING_ADMIN.</summary>
public sealed class JobQueuesHandle
{
    private readonly Dhis2Client _client;
    private readonly JobQueueService.JobQueueServiceClient _service;
    private readonly QueueWatch _watch;

    internal JobQueuesHandle(Dhis2Client client, JobQueueService.JobQueueServiceClient service, TimeProvider time)
    {
        _client = client;
        _service = service;
        _watch = new(service, time);
    }

    /// <summary>What is scheduled: each queue once, each other job once, by next execution.</summary>
    public async Task<IReadOnlyList<SchedulerEntry>> ListScheduleAsync(CancellationToken cancellationToken = default) =>
        (await _service.ListSchedulerEntriesAsync(new(), cancellationToken: cancellationToken)).Entries;

    /// <summary>Jobs that can be put into a queue, by name.</summary>
    public async Task<IReadOnlyList<SchedulerEntry>> ListQueueableAsync(CancellationToken cancellationToken = default) =>
        (await _service.ListQueueableJobsAsync(new(), cancellationToken: cancellationToken)).Entries;

    /// <summary>Names of the queues, in order.</summary>
    public async Task<IReadOnlyList<string>> ListNamesAsync(CancellationToken cancellationToken = default) =>
        (await _service.ListJobQueuesAsync(new(), cancellationToken: cancellationToken)).Names;

    /// <summary>Reads a queue.</summary>
    public async Task<JobQueue> GetAsync(string name, CancellationToken cancellationToken = default) =>
        (await _service.GetJobQueueAsync(new() { Name = name }, cancellationToken: cancellationToken)).Queue;

    /// <summary>Makes a queue of at least two jobs. The first gets the cron expression, the others lose theirs.</summary>
    /// <param name="name">Name, unique.</param>
    /// <param name="cronExpression">Spring cron expression of six fields.</param>
    /// <param name="sequence">UIDs of the jobs, in the order in which they run.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<JobQueue> CreateAsync(
        string name, string cronExpression, IEnumerable<string> sequence, CancellationToken cancellationToken = default)
    {
        var queue = new JobQueue { CronExpression = cronExpression, Sequence = { sequence } };
        var request = new CreateJobQueueRequest { Name = name, Queue = queue };
        return (await _service.CreateJobQueueAsync(request, cancellationToken: cancellationToken)).Queue;
    }

    /// <summary>Replaces a queue's expression and jobs. Jobs that leave it are disabled.</summary>
    /// <param name="name">Its name until now.</param>
    /// <param name="queue">The queue as it shall be; without a name it keeps its own.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<JobQueue> UpdateAsync(string name, JobQueue queue, CancellationToken cancellationToken = default)
    {
        var request = new UpdateJobQueueRequest { Name = name, Queue = queue };
        return (await _service.UpdateJobQueueAsync(request, cancellationToken: cancellationToken)).Queue;
    }

    /// <summary>Deletes a queue; its jobs stay, disabled.</summary>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken = default) =>
        await _service.DeleteJobQueueAsync(new() { Name = name }, cancellationToken: cancellationToken);

    /// <summary>Starts a queue now: its first job, and after it the others.</summary>
    /// <returns>The run of the first job.</returns>
    public async Task<RunHandle> ExecuteAsync(string name, CancellationToken cancellationToken = default)
    {
        var queue = await GetAsync(name, cancellationToken);
        return await _client.Job(queue.Sequence[0]).ExecuteAsync(cancellationToken);
    }

    /// <summary>How a queue's run stands: the one in progress, else the latest; null when it never ran.</summary>
    public async Task<JobQueueRun?> GetRunAsync(string name, CancellationToken cancellationToken = default) =>
        (await _service.GetJobQueueRunAsync(new() { Name = name }, cancellationToken: cancellationToken)).Run;

    /// <summary>Watches a queue's run through the runs of all its jobs to its end, or with
    /// <see cref="WatchOptions.Follow"/> all its runs from now on. Connection losses are survived.</summary>
    public IAsyncEnumerable<JobQueueUpdate> WatchAsync(
        string name, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _watch.WatchAsync(name, "", options ?? new(), cancellationToken);
    }

    /// <summary>Watches a queue's run that <see cref="ExecuteAsync"/> started from its beginning, however much of it is over
    /// already.</summary>
    /// <param name="name">Name of the queue.</param>
    /// <param name="run">The run of its first job.</param>
    /// <param name="options">How to watch.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public IAsyncEnumerable<JobQueueUpdate> WatchAsync(
        string name, RunHandle run, WatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        return _watch.WatchAsync(name, run.RunId, options ?? new(), cancellationToken);
    }
}
