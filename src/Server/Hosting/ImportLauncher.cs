using System.Threading.Channels;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Synchronization.Pull;
using Google.Protobuf.WellKnownTypes;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Makes a job of every document that is to be imported without its sender waiting, and runs the jobs of a type one after
/// the other, since one document is written at a time anyway. Accepted documents that a process left the next one imports.</summary>
internal sealed class ImportLauncher : BackgroundService, IHostedLifecycleService, IImportLauncher, IPullLauncher
{
    private const int MaxWaiting = 100;
    private const int MaxKept = 100;

    // A document that ends the server again and again must not do so for ever.
    private const int MaxAttempts = 5;

    private static readonly JobType[] _types = [JobType.DatavalueImport, JobType.CompleteDataSetRegistrationImport, JobType.MetadataImport];

    private readonly IJobStore _store;
    private readonly SchedulerLoop _loop;
    private readonly AcceptedImports _accepted;
    private readonly PullQueue _pulls;
    private readonly TimeProvider _time;
    private readonly ILogger<ImportLauncher> _logger;
    private readonly Dictionary<JobType, Lane> _lanes = _types.ToDictionary(t => t, _ => new Lane());

    public ImportLauncher(
        IJobStore store, SchedulerLoop loop, JobRunner runner, AcceptedImports accepted, PullQueue pulls, TimeProvider time, ILogger<ImportLauncher> logger)
    {
        (_store, _loop, _accepted, _pulls, _time, _logger) = (store, loop, accepted, pulls, time, logger);
        runner.Ended += Ended;
    }

    /// <inheritdoc/>
    public bool Waits(string job) => _accepted.Waits(job);

    /// <inheritdoc/>
    public IncomingImport Begin()
    {
        RefuseMany(_accepted.Count);
        return _accepted.Receive(Uids.New());
    }

    /// <inheritdoc/>
    public async Task<ImportJob> LaunchAsync(IncomingImport import, bool registrations, DataImportOptions options, User caller)
    {
        await _accepted.SaveAsync(import, options, caller, CancellationToken.None);
        return registrations
            ? await LaunchAsync(import.Uid, JobType.CompleteDataSetRegistrationImport, "inMemoryCompleteDataSetRegistrationImport", caller, () => _accepted.Accept(import))
            : await LaunchAsync(import.Uid, JobType.DatavalueImport, "dataValueImport", caller, () => _accepted.Accept(import));
    }

    /// <inheritdoc/>
    public async Task<ImportJob> LaunchAsync(WaitingPull pull)
    {
        var uid = Uids.New();
        try
        {
            RefuseMany(_pulls.Count);
            _pulls.Add(uid, pull);
            return await LaunchAsync(uid, JobType.MetadataImport, "metadataImport", pull.Caller, () => { });
        }
        catch
        {
            _pulls.Take(uid);
            throw;
        }
    }

    /// <summary>Finds what an earlier process left, before the node listens: nobody may be told that such an import is over.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var left = (await _store.ListAsync(cancellationToken)).Where(j => _types.Contains(j.Type)).OrderBy(j => j.Created).ToList();
        _accepted.Load(left.Select(j => j.Uid).ToHashSet());
        foreach (var job in left)
        {
            if (await IsUndoneAsync(job, cancellationToken))
            {
                _lanes[job.Type].Jobs.Writer.TryWrite(job);
                continue;
            }

            Remove(job.Uid);
            await KeepAsync(_lanes[job.Type], job.Uid);
        }
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_lanes.Values.Select(l => RunAsync(l, stoppingToken)));

    private static void RefuseMany(int waiting)
    {
        if (waiting >= MaxWaiting)
            throw new Dhis2Exception(ErrorKind.Unavailable, "Too many imports wait; try again later.") { RetryAfter = TimeSpan.FromSeconds(10) };
    }

    private async Task<ImportJob> LaunchAsync(string uid, JobType type, string name, User caller, Action stored)
    {
        var now = _time.GetUtcNow();
        // A job that its sender gave up while it was being written would be nobody's.
        var written = await _store.CreateAsync(
            new JobConfiguration
            {
                Uid = uid,
                Name = $"{name} {uid}",
                Type = type,
                ExecutedBy = caller.Uid,
                Created = now,
                LastUpdated = now,
                LastUpdatedBy = caller.Uid,
            },
            CancellationToken.None);
        var job = written.Configuration ?? throw new InvalidOperationException($"The job of an import was not stored: {written.Result}.");
        stored();
        _lanes[type].Jobs.Writer.TryWrite(job);
        var wire = WireName.Of(type);
        return new ImportJob
        {
            Id = uid,
            Name = name,
            Created = now.ToTimestamp(),
            JobType = wire,
            JobStatus = "SCHEDULED",
            RelativeNotifierEndpoint = $"/api/system/tasks/{wire}/{uid}",
        };
    }

    private async Task RunAsync(Lane lane, CancellationToken cancellationToken)
    {
        await foreach (var job in lane.Jobs.Reader.ReadAllAsync(cancellationToken))
        {
            await StartAsync(lane, job.Uid, cancellationToken);
            await KeepAsync(lane, job.Uid);
        }
    }

    private async Task StartAsync(Lane lane, string uid, CancellationToken cancellationToken)
    {
        while (await _store.FindAsync(uid, cancellationToken) is { } job)
        {
            switch ((await _loop.ExecuteAsync(job)).Result)
            {
                case JobStart.TypeRunning:
                    await lane.Ended.Reader.ReadAsync(cancellationToken);
                    continue;
                case JobStart.RevisionChanged:
                    continue;
                default:
                    // Started; or somebody disabled it, and whoever executes it later imports the document.
                    return;
            }
        }

        // Somebody took the job away before its turn.
        Remove(uid);
    }

    // A job that never ran, or whose last run ended with the server before its accepted document was imported.
    private async Task<bool> IsUndoneAsync(JobConfiguration job, CancellationToken cancellationToken)
    {
        if (!_accepted.Waits(job.Uid))
            return (await _store.GetStateAsync(job.Uid, cancellationToken)).LastExecuted is null;
        var runs = await _store.ListRunsAsync(new JobRunQuery { JobUid = job.Uid, Limit = MaxAttempts }, cancellationToken);
        if (runs.Count == MaxAttempts)
            NodeLog.ImportGivenUp(_logger, job.Uid, MaxAttempts);
        return runs.Count < MaxAttempts && !runs.Any(r => r.Outcome == JobRunOutcome.Completed || r.CancelRequested is not null);
    }

    private void Ended(IReadOnlyList<EndedRun> runs)
    {
        foreach (var run in runs)
        {
            // What the server's end cut short is done by the next process.
            if (_lanes.ContainsKey(run.Active.Run.Type)
                && (run.Outcome == JobRunOutcome.Completed || run.Active.Feed.Stop is not (RunStop.Shutdown or RunStop.Lost)))
                Remove(run.Active.Run.JobUid);
        }

        foreach (var lane in _lanes.Values)
            lane.Ended.Writer.TryWrite(true);
    }

    private void Remove(string job)
    {
        try
        {
            _accepted.Remove(job);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NodeLog.DocumentNotRemoved(_logger, e, job);
        }
    }

    // The latest are kept for those who ask how their import went; the history of runs keeps the others.
    private async Task KeepAsync(Lane lane, string uid)
    {
        lane.Kept.Enqueue(uid);
        if (lane.Kept.Count > MaxKept)
            await _store.DeleteAsync(lane.Kept.Dequeue(), null, CancellationToken.None);
    }

    /// <summary>The jobs of a type, and what tells that one may start.</summary>
    private sealed class Lane
    {
        public Channel<JobConfiguration> Jobs { get; } = Channel.CreateUnbounded<JobConfiguration>();

        public Queue<string> Kept { get; } = new();

        // One signal is enough, however many runs ended since somebody looked.
        public Channel<bool> Ended { get; } = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    }
}
