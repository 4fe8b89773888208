using System.Globalization;
using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Jobs.DataImport;

/// <summary>Imports the document that waits for the job.</summary>
/// <param name="type">Type of the job.</param>
/// <param name="what">What the document holds, in words.</param>
/// <param name="accepted">The documents.</param>
/// <param name="import">The work.</param>
internal sealed class DataImportJob(
    JobType type, string what, AcceptedImports accepted, Func<WaitingImport, CancellationToken, Task<ImportSummary>> import) : IJob
{
    // As many as the list of a job's errors is good for.
    private const int MaxErrors = 100;

    /// <inheritdoc/>
    public JobType Type => type;

    /// <inheritdoc/>
    public async Task RunAsync(JobRunContext context, CancellationToken cancellationToken)
    {
        var progress = context.Progress;
        progress.StartProcess($"Import of {what}");
        if (await accepted.OpenAsync(context.JobUid, cancellationToken) is not { } waiting)
        {
            progress.FailProcess("There is no document to import for this job.");
            return;
        }

        await using var document = waiting.Document;
        ImportSummary? summary = null;
        await progress.RunStageAsync(
            $"Importing {what}",
            async stop =>
            {
                summary = await import(waiting, stop);
                return Told(summary);
            },
            cancellationToken);
        if (summary is null)
            return;
        progress.TellImport(ImportReceipts.Short(summary));
        foreach (var conflict in summary.Conflicts.Take(MaxErrors))
            progress.AddError(new RunError(conflict.HasErrorCode ? conflict.ErrorCode : "E1004", conflict.Object, null, [], conflict.Value));
        if (summary.Status == "ERROR")
            progress.FailProcess(Told(summary));
        else
            progress.CompleteProcess(Told(summary));
    }

    private static string Told(ImportSummary summary)
    {
        var count = summary.ImportCount;
        return string.Create(CultureInfo.InvariantCulture,
            $"{summary.Description.TrimEnd('.')}: {count.Imported} imported, {count.Updated} updated, {count.Deleted} deleted, {count.Ignored} ignored");
    }
}
