using System.Globalization;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Settings;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>The synchronization of metadata as a job: as many attempts as the options say, each a process of its own that begins
/// anew. What an attempt fetched, the next one finds here.</summary>
internal sealed class VersionSyncProcess(
    VersionSyncSteps steps, VersionMails mails, SystemSettings settings, IOptions<SynchronizationOptions> options, TimeProvider time)
{
    /// <summary>Runs it until an attempt comes to its end, or none is left.</summary>
    /// <param name="pageSize">Data values of a page of the push that goes first.</param>
    /// <param name="progress">Where progress goes.</param>
    /// <param name="cancellationToken">Stops it, also while it waits.</param>
    public async Task RunAsync(int pageSize, IJobProgress progress, CancellationToken cancellationToken)
    {
        var attempts = options.Value.MetadataAttempts;
        for (var number = 1; ; number++)
        {
            progress.StartProcess(number == 1 ? "Metadata synchronization" : string.Create(
                CultureInfo.InvariantCulture, $"Metadata synchronization, attempt {number} of {attempts}"));
            var attempt = new SyncAttempt(progress);
            await steps.RunAsync(attempt, pageSize, cancellationToken);
            if (!attempt.IsFailed)
            {
                progress.CompleteProcess(attempt.Summary);
                return;
            }

            var problem = attempt.Failures[^1].Message;
            if (attempt.IsFinal || number == attempts)
            {
                await EndAsync(attempt, progress, cancellationToken);
                progress.FailProcess(number == 1 ? problem : string.Create(CultureInfo.InvariantCulture, $"{problem}; this was attempt {number} of {attempts}"));
                return;
            }

            var delay = options.Value.MetadataRetryDelay;
            progress.FailAttempt(string.Create(CultureInfo.InvariantCulture, $"{problem}; tries again in {delay.TotalSeconds:0.###} s"));
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private async Task EndAsync(SyncAttempt attempt, IJobProgress progress, CancellationToken cancellationToken)
    {
        if (attempt.Version is { } version)
        {
            await settings.SetAsync(
                [
                    new(SettingKeys.FailedMetadataVersion, version.Name),
                    new(SettingKeys.LastMetadataFailure, SettingDate.Format(time.GetUtcNow())),
                ], cancellationToken);
        }
        await attempt.NotifyAsync(ct => mails.SendAsync(attempt.Failures, null, ct), cancellationToken);
    }
}
