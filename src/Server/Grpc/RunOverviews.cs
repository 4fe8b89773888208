using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Google.Protobuf.WellKnownTypes;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Runs in short.</summary>
internal static class RunOverviews
{
    /// <summary>The processes of each run by wire name of its type. Runs without any process yet are left out, as they
    /// have nothing to show.</summary>
    public static Dictionary<string, JobProcessOverviewList> ByType(IEnumerable<JobRun> runs) => runs
        .Where(r => r.Progress.Processes.Count > 0)
        .GroupBy(r => r.Type)
        .OrderBy(g => g.Key)
        .ToDictionary(g => WireName.Of(g.Key), g => new JobProcessOverviewList
        {
            Processes = { g.SelectMany(r => r.Progress.Processes).Select(ToOverview) },
        });

    private static JobProcessOverview ToOverview(ProcessProgress process)
    {
        var overview = new JobProcessOverview
        {
            JobId = process.JobUid,
            Status = process.Status,
            StartedTime = process.Started.ToTimestamp(),
            CompletedTime = process.Completed?.ToTimestamp(),
            CancelledTime = process.Cancelled?.ToTimestamp(),
            Stages = { process.Stages.Select(ToText) },
        };
        if (process.Description is not null)
            overview.Description = process.Description;
        if (process.Summary is not null)
            overview.Summary = process.Summary;
        if (process.Error is not null)
            overview.Error = process.Error;
        return overview;
    }

    private static string ToText(StageProgress stage) => stage.TotalItems > 1
        ? string.Create(CultureInfo.InvariantCulture, $"{stage.Description} [{stage.Items.Count + stage.OmittedItems}/{stage.TotalItems}]")
        : stage.Description ?? "";
}
