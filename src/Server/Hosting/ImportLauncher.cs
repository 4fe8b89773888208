using System.Threading.Channels;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Synchronization.Pull;
using Google.Protobuf.WellKnownTypes;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Makes a job of every document that is to be imported without its sender waiting, and runs the jobs of a type one after
/// the other, since one document is written at a time anyway.</summary>
internal sealed class ImportLauncher : BackgroundService, IImportLauncher, IPullLauncher
{
    private const int MaxWaiting = 100;
    private const int MaxKept = 100;

    private static readonly JobType[] _types = [JobType.DatavalueImport, JobType.CompleteDataSetRegistrationImport, JobType.MetadataImport];

    private readonly IJobStore _store;
    private readonly SchedulerLoop _loop;
    private readonly ImportQueue _imports;
    private readonly PullQueue _pulls;
    private readonly TimeProvider _time;
    private readonly Dictionary<JobType, Lane> _lanes = _types.ToDictionary(t => t, _ => new Lane());

    public ImportLauncher(IJobStore store, SchedulerLoop loop, JobRunner runner, ImportQueue imports, PullQueue pulls, TimeProvider time)
    {
        (_store, _loop, _imports, _pulls, _time) = (store, loop, imports, pulls, time);
        runner.Ended += _ =>
        {
            foreach (var lane in _lanes.Values)
                lane.Ended.Writer.TryWrite(true);
        };
    }

    /// <inheritdoc/>
    public async Task<ImportJob> LaunchAsync(bool registrations, WaitingImport import)
    {
        var uid = Uids.New();
        try
        {
            RefuseMany(_imports.Count);
            _imports.Add(uid, import);
            return registrations
                ? await LaunchAsync(uid, JobType.CompleteDataSetRegistrationImport, "inMemoryCompleteDataSetRegistrationImport", import.Caller)
                : await LaunchAsync(uid, JobType.DatavalueImport, "dataValueImport", import.Caller);
        }
        catch
        {
            _imports.Take(uid);
            await import.Document.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<ImportJob> LaunchAsync(WaitingPull pull)
    {
        var uid = Uids.New();
        try
        {
            RefuseMany(_pulls.Count);
            _pulls.Add(uid, pull);
            return await LaunchAsync(uid, JobType.MetadataImport, "metadataImport", pull.Caller);
        }
        catch
        {
            _pulls.Take(uid);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ResumeAsync(stoppingToken);
        await Task.WhenAll(_lanes.Values.Select(l => RunAsync(l, stoppingToken)));
    }

    private static void RefuseMany(int waiting)
    {
        if (waiting >= MaxWaiting)
            throw new Dhis2Exception(ErrorKind.Unavailable, "Too many imports wait; try again later.") { RetryAfter = TimeSpan.FromSeconds(10) };
    }

    private async Task<ImportJob> LaunchAsync(string uid, JobType type, string name, User caller)
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
        _lanes[type].Jobs.Writer.TryWrite(written.Configuration ?? throw new InvalidOperationException($"The job of an import was not stored: {written.Result}."));
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
            while ((await _loop.ExecuteAsync(job)).Result == JobStart.TypeRunning)
                await lane.Ended.Reader.ReadAsync(cancellationToken);
            await KeepAsync(lane, job.Uid);
        }
    }

    // What a crash left: jobs that never ran tell, by running, that their document is gone.
    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var left = (await _store.ListAsync(cancellationToken)).Where(j => _types.Contains(j.Type)).OrderBy(j => j.Created).ToList();
        foreach (var job in left)
        {
            if ((await _store.GetStateAsync(job.Uid, cancellationToken)).LastExecuted is null)
                _lanes[job.Type].Jobs.Writer.TryWrite(job);
            else
                await KeepAsync(_lanes[job.Type], job.Uid);
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
