using System.Threading.Channels;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using Google.Protobuf.WellKnownTypes;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Makes a job of every document that is to be imported without its sender waiting, and runs these jobs one after the
/// other, since one document is written at a time anyway.</summary>
internal sealed class ImportLauncher : BackgroundService, IImportLauncher
{
    private const int MaxWaiting = 100;
    private const int MaxKept = 100;

    private static readonly JobType[] _types = [JobType.DatavalueImport, JobType.CompleteDataSetRegistrationImport];

    private readonly IJobStore _store;
    private readonly SchedulerLoop _loop;
    private readonly ImportQueue _queue;
    private readonly TimeProvider _time;
    private readonly Channel<JobConfiguration> _jobs = Channel.CreateUnbounded<JobConfiguration>();
    private readonly Queue<string> _kept = new();

    // One signal is enough, however many runs ended since somebody looked.
    private readonly Channel<bool> _ended = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public ImportLauncher(IJobStore store, SchedulerLoop loop, JobRunner runner, ImportQueue queue, TimeProvider time)
    {
        (_store, _loop, _queue, _time) = (store, loop, queue, time);
        runner.Ended += _ => _ended.Writer.TryWrite(true);
    }

    /// <inheritdoc/>
    public async Task<ImportJob> LaunchAsync(bool registrations, WaitingImport import)
    {
        var uid = Uids.New();
        var type = registrations ? JobType.CompleteDataSetRegistrationImport : JobType.DatavalueImport;
        var name = registrations ? "inMemoryCompleteDataSetRegistrationImport" : "dataValueImport";
        try
        {
            if (_queue.Count >= MaxWaiting)
                throw new Dhis2Exception(ErrorKind.Unavailable, "Too many imports wait; try again later.") { RetryAfter = TimeSpan.FromSeconds(10) };
            _queue.Add(uid, import);
            var now = _time.GetUtcNow();
            // A job that its sender gave up while it was being written would be nobody's.
            var written = await _store.CreateAsync(
                new JobConfiguration
                {
                    Uid = uid,
                    Name = $"{name} {uid}",
                    Type = type,
                    ExecutedBy = import.Caller.Uid,
                    Created = now,
                    LastUpdated = now,
                    LastUpdatedBy = import.Caller.Uid,
                },
                CancellationToken.None);
            _jobs.Writer.TryWrite(written.Configuration ?? throw new InvalidOperationException($"The job of an import was not stored: {written.Result}."));
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
        catch
        {
            _queue.Take(uid);
            await import.Document.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ResumeAsync(stoppingToken);
        await foreach (var job in _jobs.Reader.ReadAllAsync(stoppingToken))
        {
            while ((await _loop.ExecuteAsync(job)).Result == JobStart.TypeRunning)
                await _ended.Reader.ReadAsync(stoppingToken);
            await KeepAsync(job.Uid);
        }
    }

    // What a crash left: jobs that never ran tell, by running, that their document is gone.
    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var left = (await _store.ListAsync(cancellationToken)).Where(j => _types.Contains(j.Type)).OrderBy(j => j.Created).ToList();
        foreach (var job in left)
        {
            if ((await _store.GetStateAsync(job.Uid, cancellationToken)).LastExecuted is null)
                _jobs.Writer.TryWrite(job);
            else
                await KeepAsync(job.Uid);
        }
    }

    // The latest are kept for those who ask how their import went; the history of runs keeps the others.
    private async Task KeepAsync(string uid)
    {
        _kept.Enqueue(uid);
        if (_kept.Count > MaxKept)
            await _store.DeleteAsync(_kept.Dequeue(), null, CancellationToken.None);
    }
}
