using System.Globalization;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Synchronization.Pull;

/// <summary>A pull as a process of a job: the document comes, then it is imported.</summary>
internal sealed class PullProcess(PullQueue queue, MetadataPull pull)
{
    // As many as the list of a job's errors is good for.
    private const int MaxErrors = 100;

    /// <summary>Does the pull that waits for the job. What is wrong with objects are errors of the run, and do not fail it.</summary>
    public async Task RunAsync(string job, IJobProgress progress, CancellationToken cancellationToken)
    {
        progress.StartProcess("Metadata pull");
        if (queue.Take(job) is not { } waiting)
        {
            progress.FailProcess("The server ended before it pulled the document. Ask for it again.");
            return;
        }

        PulledMetadata? pulled = null;
        try
        {
            await progress.RunStageAsync("Fetching the document", async stop =>
            {
                pulled = await pull.FetchAsync(waiting.Url, stop);
                return string.Create(CultureInfo.InvariantCulture, $"{pulled.Bytes} bytes from {pulled.Host}");
            }, cancellationToken);
            if (pulled is null)
                return;
            MetadataImportReport? report = null;
            await progress.RunStageAsync("Importing metadata", async stop =>
            {
                report = await pull.ImportAsync(pulled, waiting.Caller, stop);
                return Told(report);
            }, cancellationToken);
            if (report is not null)
                End(report, progress);
        }
        finally
        {
            if (pulled is not null)
                await pulled.DisposeAsync();
        }
    }

    private static void End(MetadataImportReport report, IJobProgress progress)
    {
        report.Tell(progress, MaxErrors);
        if (report.Status == ImportStatus.Error)
            progress.FailProcess(Told(report));
        else
            progress.CompleteProcess(Told(report));
    }

    private static string Told(MetadataImportReport report) => string.Create(CultureInfo.InvariantCulture,
        $"{report.Stats.Created} created, {report.Stats.Updated} updated, {report.Stats.Ignored} ignored of {report.Stats.Total} objects");
}
