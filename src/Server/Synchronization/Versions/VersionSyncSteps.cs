using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Synchronization.Push;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>What an attempt to synchronize metadata does, step by step. No metadata is fetched while data cannot be delivered: it
/// could take away what the data is about.</summary>
internal sealed class VersionSyncSteps(
    PushProcess push, RemoteServer remote, RemoteVersions remoteVersions, MetadataVersions versions, VersionSync sync, VersionMails mails,
    SystemSettings settings, TimeProvider time)
{
    private static readonly PushKind[] Kinds = [PushKind.DataValues, PushKind.Registrations];

    // The job is the system's, whoever configured it: its metadata comes from the server that the administrator chose.
    private static readonly User Importer = new()
    {
        Uid = "",
        Username = "system",
        FirstName = "system",
        Surname = "process",
        PasswordHash = "",
        Authorities = new HashSet<string> { Authorities.All },
        Created = DateTimeOffset.UnixEpoch,
        LastUpdated = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Makes an attempt.</summary>
    public async Task RunAsync(SyncAttempt attempt, int pageSize, CancellationToken cancellationToken)
    {
        if (!await attempt.StepAsync("Set up metadata synchronization", SetUpAsync, cancellationToken))
            return;
        if (await remote.AccountAsync(cancellationToken) is null)
        {
            attempt.Fail("Set up metadata synchronization", "Remote server is not configured", isFinal: true);
            return;
        }

        foreach (var kind in Kinds)
        {
            var (done, outcome) = await push.RunStagesAsync(kind, pageSize, attempt.Progress, cancellationToken);
            if (done)
                continue;
            attempt.Fail($"Push {kind.Plural}", $"No metadata is fetched while {kind.Plural} cannot be pushed. {outcome}");
            return;
        }

        List<MetadataVersion> newer = [];
        string? baseline = null;
        if (!await attempt.StepAsync("Find current metadata version", async ct => baseline = (await versions.CurrentAsync(ct))?.Name, cancellationToken)
            || !await attempt.StepAsync("List newer metadata versions of remote server", async ct => Told(newer = await ListAsync(baseline, ct)), cancellationToken))
            return;
        await TakeAsync(newer, attempt, cancellationToken);
    }

    private async Task TakeAsync(List<MetadataVersion> newer, SyncAttempt attempt, CancellationToken cancellationToken)
    {
        foreach (var (index, version) in newer.Index())
        {
            var step = $"Import metadata version {version.Describe()}";
            VersionOutcome? outcome = null;
            var failure = await attempt.TryAsync(step, async ct =>
            {
                outcome = await sync.RunAsync(version, Importer, removeSections: false, ct);
                outcome.Report.Tell(attempt.Progress, RunErrorList.MaxErrors);
                return outcome.IsTaken ? outcome.Report.Describe() : throw new ImportFailedException(outcome);
            }, cancellationToken);
            if (failure is null)
            {
                await attempt.NotifyAsync(ct => mails.SendAsync(outcome!, ct), cancellationToken);
                continue;
            }

            if (failure is not (ImportFailedException or VersionSyncException { Failure: VersionSyncFailure.Exists }))
            {
                attempt.Fail(step, failure);
                return;
            }

            // Nothing that another attempt could change: somebody has to look at it.
            await attempt.NotifyAsync(ct => mails.SendAsync([new(step, failure.Message)], outcome?.Report, ct), cancellationToken);
            attempt.Summary = $"Stopped at {version.Describe()}, {index} of {newer.Count} versions imported: {failure.Message}";
            return;
        }

        await settings.SetAsync(SettingKeys.LastMetadataSuccess, SettingDate.Format(time.GetUtcNow()), cancellationToken);
        attempt.Summary = newer.Count == 0 ? "The remote server has no newer metadata version" : $"Imported {Told(newer)}";
    }

    private async Task<string?> SetUpAsync(CancellationToken cancellationToken)
    {
        await settings.SetAsync(
            [new(SettingKeys.FailedMetadataVersion, null), new(SettingKeys.LastMetadataFailure, null), new(SettingKeys.VersionEnabled, "true")],
            cancellationToken);
        return null;
    }

    private async Task<List<MetadataVersion>> ListAsync(string? baseline, CancellationToken cancellationToken)
    {
        var newer = await remoteVersions.ListAsync(baseline, cancellationToken);
        if (newer.Count > 0)
            await settings.SetAsync(SettingKeys.RemoteMetadataVersion, newer[^1].Name, cancellationToken);
        return newer;
    }

    private static string Told(List<MetadataVersion> versions)
    {
        const int Listed = 20;
        var names = string.Join(", ", versions.Take(Listed).Select(v => v.Describe()));
        return versions.Count == 0 ? "none" : versions.Count <= Listed ? names : $"{names} and {versions.Count - Listed} more";
    }
}

/// <summary>The import of a version had errors, and the version does not count as imported.</summary>
internal sealed class ImportFailedException(VersionOutcome outcome)
    : Exception($"{outcome.Report.Describe()}, {outcome.Report.AllErrors().Count()} errors");
