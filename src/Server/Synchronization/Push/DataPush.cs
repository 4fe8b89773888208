using System.Collections.Concurrent;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>Sends what changed here to the remote server. One push of a kind at a time.</summary>
internal sealed class DataPush(
    RemoteServer remote, Availability availability, IWarehouse warehouse, ISettingStore store, SystemSettings settings, PushConflicts conflicts,
    IOptions<SynchronizationOptions> options, TimeProvider time, ILogger<DataPush> logger)
{
    /// <summary>Rows of a page while nothing else is said.</summary>
    public const int DefaultPageSize = 10_000;

    private readonly ConcurrentDictionary<PushKind, byte> _running = new();

    /// <summary>Begins a push.</summary>
    /// <exception cref="Dhis2Exception">There is no remote server, or a push of the kind is running.</exception>
    /// <exception cref="RemoteUnreachableException">The remote server does not answer.</exception>
    public async Task<PushRun> BeginAsync(PushKind kind, int pageSize, CancellationToken cancellationToken)
    {
        var account = await remote.AccountAsync(cancellationToken) ?? throw Conflict("Remote server is not configured");
        if (!_running.TryAdd(kind, 0))
            throw Conflict($"A push of {kind.Plural} is running already");
        try
        {
            var receiver = await Receiver.MeetAsync(
                remote, account, await store.GetOrAddAsync(SettingKeys.SystemIdentifier, Guid.NewGuid().ToString(), cancellationToken), options.Value.Compress, cancellationToken);
            var attempts = await settings.NumberAsync(SettingKeys.MaxAttempts, cancellationToken);
            var run = new PushRun(
                kind, receiver, new PageSender(remote, kind, receiver, attempts, options.Value, time), pageSize, warehouse,
                new PushJournal(kind, receiver, warehouse, store, settings, options.Value.StrictConflicts, time), conflicts, time,
                () => _running.TryRemove(kind, out _));
            await run.LoadAsync(cancellationToken);
            return run;
        }
        catch
        {
            _running.TryRemove(kind, out _);
            throw;
        }
    }

    /// <summary>Sends all data values that changed, and answers with what the receiver made of them; with null when the remote server
    /// cannot be used and <see cref="SynchronizationOptions.EmptyReply"/> says so.</summary>
    /// <exception cref="Dhis2Exception">The remote server cannot be used, or a part is not accounted for; the next push goes on there.</exception>
    public async Task<ImportSummary?> PushAsync(CancellationToken cancellationToken)
    {
        if (await availability.CheckAsync(cancellationToken) is { Available: false } status)
            return options.Value.EmptyReply ? null : throw Conflict(status.Message);
        var begun = time.GetTimestamp();
        try
        {
            await using var run = await BeginAsync(PushKind.DataValues, DefaultPageSize, cancellationToken);
            foreach (var phase in Enum.GetValues<PushPhase>().Where(run.Has))
            {
                await run.OpenAsync(phase, cancellationToken);
                while (!run.IsAtEnd)
                {
                    try
                    {
                        await run.SendNextAsync(cancellationToken);
                    }
                    catch (PushFailedException)
                    {
                        // It is in the totals, and other pages may fare better.
                    }
                }
                await run.CloseAsync(cancellationToken);
            }
            SynchronizationLog.Pushed(logger, run.Kind.Plural, run.Totals.Rows, run.Totals.Pages, run.Totals.Refused, run.Totals.FailedPages,
                time.GetElapsedTime(begun).TotalSeconds);
            if (run.Totals.Failure is not { } failure)
                return run.Totals.ToSummary(run.Kind);
            return failure.SaysNothing && options.Value.EmptyReply ? null : throw Failed(failure.Message);
        }
        catch (RemoteUnreachableException e)
        {
            throw Failed(e.Message);
        }
    }

    private static Dhis2Exception Conflict(string message) => new(ErrorKind.Conflict, message, "E1004");

    private static Dhis2Exception Failed(string reason) =>
        new(ErrorKind.Unavailable, $"Not everything could be pushed, and the next push goes on where this one failed: {reason}") { HttpStatus = 502 };
}
