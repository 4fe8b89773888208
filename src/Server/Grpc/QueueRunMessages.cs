using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Google.Protobuf.WellKnownTypes;
using JobQueue = Dhis2Grpc.Server.Scheduling.JobQueue;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Runs through queues as messages.</summary>
internal static class QueueRunMessages
{
    /// <summary>A run; while it goes on, with the jobs whose turn is still to come.</summary>
    public static JobQueueRun ToMessage(this QueueRun run, JobQueue queue)
    {
        var message = new JobQueueRun
        {
            QueueName = run.Queue,
            QueueRunId = run.Id,
            State = RunMessages.StateOf(run.Outcome),
            StartedTime = run.Started.ToTimestamp(),
            CompletedTime = run.Finished?.ToTimestamp(),
            Steps = { run.Steps.Select(ToMessage) },
        };
        if (run.Outcome is not null)
            return message;
        var done = run.Steps is [.., var last] ? last.Position : -1;
        message.Steps.Add(queue.Members.Where(j => j.QueuePosition > done).Select(j => new JobQueueStep
        {
            Position = j.QueuePosition ?? 0,
            JobId = j.Uid,
            JobName = j.Name,
        }));
        return message;
    }

    private static JobQueueStep ToMessage(QueueStep step)
    {
        var message = new JobQueueStep
        {
            Position = step.Position,
            JobId = step.JobUid,
            JobName = step.JobName,
            State = RunMessages.StateOf(step.Outcome),
        };
        if (step.RunId is not null)
            message.RunId = step.RunId;
        if (step.Error is not null)
            message.Error = step.Error;
        return message;
    }
}
