using System.Runtime.CompilerServices;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Events of runs as messages. Watchers that are equally far share an event, and so they share its message:
/// it is made once, whatever their number.</summary>
internal sealed class RunEventMessages(TimeProvider time)
{
    private readonly ConditionalWeakTable<RunEvent, WatchJobRunResponse> _messages = [];

    /// <summary>The message of an event. It is shared: nobody may change it.</summary>
    public WatchJobRunResponse Of(WatchedEvent watched)
    {
        var shared = _messages.GetValue(watched.Event, e => ToMessage(e, watched.ResumeToken, time.GetUtcNow()));
        // Streams over several runs have tokens of their own; the heavy part stays shared.
        return shared.ResumeToken == watched.ResumeToken ? shared : WithToken(shared, watched.ResumeToken);
    }

    private static WatchJobRunResponse ToMessage(RunEvent e, string resumeToken, DateTimeOffset now)
    {
        var message = new WatchJobRunResponse
        {
            RunId = e.RunId,
            JobId = e.JobUid,
            JobType = e.Type,
            Revision = e.Revision,
            ResumeToken = resumeToken,
            Terminal = e.Terminal,
        };
        if (e.Snapshot is { } run)
            message.Snapshot = run.ToMessage(now);
        else if (e.Delta is { } delta)
            message.Delta = ToMessage(delta, now);
        else
            message.Heartbeat = new Heartbeat { Time = (e.Heartbeat ?? now).ToTimestamp() };
        return message;
    }

    private static WatchJobRunResponse WithToken(WatchJobRunResponse shared, string resumeToken)
    {
        var message = new WatchJobRunResponse
        {
            RunId = shared.RunId,
            JobId = shared.JobId,
            JobType = shared.JobType,
            Revision = shared.Revision,
            ResumeToken = resumeToken,
            Terminal = shared.Terminal,
        };
        switch (shared.EventCase)
        {
            case WatchJobRunResponse.EventOneofCase.Snapshot:
                message.Snapshot = shared.Snapshot;
                break;
            case WatchJobRunResponse.EventOneofCase.Delta:
                message.Delta = shared.Delta;
                break;
            default:
                message.Heartbeat = shared.Heartbeat;
                break;
        }

        return message;
    }

    private static JobRunDelta ToMessage(RunDelta delta, DateTimeOffset now)
    {
        var message = new JobRunDelta();
        if (delta.Run is { } run)
        {
            message.State = RunMessages.StateOf(run.Outcome);
            message.CancelledTime = run.CancelRequested?.ToTimestamp();
            message.CompletedTime = run.Finished?.ToTimestamp();
            if (run.Error is not null)
                message.Error = run.Error;
        }

        foreach (var c in delta.Changes.Processes)
            message.Processes.Add(new JobProcessChange { ProcessIndex = c.Process, Process = c.Value.ToMessage(now) });
        foreach (var c in delta.Changes.Stages)
            message.Stages.Add(new JobStageChange { ProcessIndex = c.Process, StageIndex = c.Stage, Stage = c.Value.ToMessage(now) });
        foreach (var c in delta.Changes.Items)
        {
            message.Items.Add(new JobItemChange
            {
                ProcessIndex = c.Process,
                StageIndex = c.Stage,
                ItemIndex = c.Item,
                Item = c.Value.ToMessage(now),
            });
        }

        return message;
    }
}
