using Dhis2.Scheduling.V1;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Progress of a run that was lost with its owner.</summary>
internal static class LostProgress
{
    /// <summary>Ends what was in progress as errors. When nothing was, as after a crash before the first save, a process of
    /// its own carries the reason, so that every view of the run shows it.</summary>
    public static RunProgress End(JobRun run, string reason, DateTimeOffset now)
    {
        List<ProcessProgress> processes =
        [
            .. run.Progress.Processes.Select(p => End(p, reason, now) with
            {
                Stages =
                [
                    .. p.Stages.Select(s => End(s, reason, now) with { Items = [.. s.Items.Select(i => End(i, reason, now))] }),
                ],
            }),
        ];
        if (run.Progress.Processes.All(p => p.Completed is not null))
        {
            processes.Add(new ProcessProgress
            {
                JobUid = run.JobUid,
                UserUid = run.UserUid,
                Status = ProgressStatus.Error,
                Started = run.Started,
                Completed = now,
                Cancelled = run.CancelRequested,
                Error = reason,
            });
        }

        return new(run.Progress.Revision + 1, processes) { Errors = run.Progress.Errors };
    }

    private static T End<T>(T node, string reason, DateTimeOffset now)
        where T : ProgressNode =>
        node.Completed is null
            ? (T)(node with { Status = ProgressStatus.Error, Completed = now, Error = node.Error ?? reason })
            : node;
}
