using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Progress of a run that was lost with its owner.</summary>
internal static class LostProgress
{
    /// <summary>Ends what was in progress as errors.</summary>
    public static RunProgress End(RunProgress progress, string reason, DateTimeOffset now) => new(
        progress.Revision + 1,
        [
            .. progress.Processes.Select(p => End(p, reason, now) with
            {
                Stages =
                [
                    .. p.Stages.Select(s => End(s, reason, now) with { Items = [.. s.Items.Select(i => End(i, reason, now))] }),
                ],
            }),
        ]);

    private static T End<T>(T node, string reason, DateTimeOffset now)
        where T : ProgressNode =>
        node.Completed is null
            ? (T)(node with { Status = ProgressStatus.Error, Completed = now, Error = node.Error ?? reason })
            : node;
}
