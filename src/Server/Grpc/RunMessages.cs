using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Google.Protobuf.WellKnownTypes;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunMessage = Dhis2.Scheduling.V1.JobRun;
using JobRunTrigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger;
using TriggerMessage = Dhis2.Scheduling.V1.JobRunTrigger;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Runs and their progress as messages. Durations of what still runs count to <c>now</c>.</summary>
internal static class RunMessages
{
    /// <summary>A run with its progress.</summary>
    public static JobRunMessage ToMessage(this JobRun run, DateTimeOffset now)
    {
        var message = run.ToBareMessage();
        message.Sequence.Add(run.ToSequence(now));
        message.Errors.Add(run.ToErrors());
        return message;
    }

    /// <summary>A run without its progress.</summary>
    public static JobRunMessage ToBareMessage(this JobRun run)
    {
        var message = new JobRunMessage
        {
            RunId = run.RunId,
            JobId = run.JobUid,
            JobName = run.JobName,
            JobType = run.Type,
            State = StateOf(run.Outcome),
            Trigger = run.Trigger switch
            {
                JobRunTrigger.Schedule => TriggerMessage.Schedule,
                JobRunTrigger.Execute => TriggerMessage.Execute,
                JobRunTrigger.Queue => TriggerMessage.Queue,
                _ => TriggerMessage.Unspecified,
            },
            ScheduledTime = run.Scheduled?.ToTimestamp(),
            StartedTime = run.Started.ToTimestamp(),
            CompletedTime = run.Finished?.ToTimestamp(),
            CancelledTime = run.CancelRequested?.ToTimestamp(),
        };
        if (run.Error is not null)
            message.Error = run.Error;
        if (run.UserUid is not null)
            message.UserId = run.UserUid;
        return message;
    }

    /// <summary>A run's processes.</summary>
    public static IEnumerable<JobProcess> ToSequence(this JobRun run, DateTimeOffset now) =>
        run.Progress.Processes.Select(p =>
        {
            var process = p.ToMessage(now);
            process.Stages.Add(p.Stages.Select(s =>
            {
                var stage = s.ToMessage(now);
                stage.Items.Add(s.Items.Select(i => i.ToMessage(now)));
                return stage;
            }));
            return process;
        });

    /// <summary>A process without its stages.</summary>
    public static JobProcess ToMessage(this ProcessProgress process, DateTimeOffset now)
    {
        var message = new JobProcess
        {
            Status = process.Status,
            StartedTime = process.Started.ToTimestamp(),
            CompletedTime = process.Completed?.ToTimestamp(),
            CancelledTime = process.Cancelled?.ToTimestamp(),
            JobId = process.JobUid,
            Duration = DurationOf(process, now),
            Complete = process.Status != ProgressStatus.Running,
        };
        if (process.Error is not null)
            message.Error = process.Error;
        if (process.Summary is not null)
            message.Summary = process.Summary;
        if (process.Description is not null)
            message.Description = process.Description;
        if (process.UserUid is not null)
            message.UserId = process.UserUid;
        return message;
    }

    /// <summary>A stage without its items.</summary>
    public static JobStage ToMessage(this StageProgress stage, DateTimeOffset now)
    {
        var message = new JobStage
        {
            Status = stage.Status,
            StartedTime = stage.Started.ToTimestamp(),
            CompletedTime = stage.Completed?.ToTimestamp(),
            TotalItems = stage.TotalItems,
            OnFailure = stage.OnFailure,
            Duration = DurationOf(stage, now),
            Complete = stage.Status != ProgressStatus.Running,
        };
        if (stage.Error is not null)
            message.Error = stage.Error;
        if (stage.Summary is not null)
            message.Summary = stage.Summary;
        if (stage.Description is not null)
            message.Description = stage.Description;
        if (stage.OmittedItems > 0)
            message.OmittedItems = stage.OmittedItems;
        return message;
    }

    /// <summary>An item.</summary>
    public static JobItem ToMessage(this ItemProgress item, DateTimeOffset now)
    {
        var message = new JobItem
        {
            Status = item.Status,
            StartedTime = item.Started.ToTimestamp(),
            CompletedTime = item.Completed?.ToTimestamp(),
            OnFailure = item.OnFailure,
            Duration = DurationOf(item, now),
            Complete = item.Status != ProgressStatus.Running,
        };
        if (item.Error is not null)
            message.Error = item.Error;
        if (item.Summary is not null)
            message.Summary = item.Summary;
        if (item.Description is not null)
            message.Description = item.Description;
        return message;
    }

    /// <summary>How a run stands.</summary>
    public static JobRunState StateOf(JobRunOutcome? outcome) => outcome switch
    {
        null => JobRunState.Running,
        JobRunOutcome.Completed => JobRunState.Completed,
        JobRunOutcome.Stopped => JobRunState.Stopped,
        JobRunOutcome.Failed => JobRunState.Failed,
        JobRunOutcome.Skipped => JobRunState.Skipped,
        _ => JobRunState.Unspecified,
    };

    private static Duration DurationOf(ProgressNode node, DateTimeOffset now)
    {
        var end = node.Completed ?? now;
        return Duration.FromTimeSpan(end > node.Started ? end - node.Started : TimeSpan.Zero);
    }
}
