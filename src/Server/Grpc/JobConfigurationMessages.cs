using System.Globalization;
using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobConfigurationMessage = Dhis2.Scheduling.V1.JobConfiguration;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Job configurations as messages.</summary>
internal sealed class JobConfigurationMessages(JobCatalog catalog, IUserStore users)
{
    // Texts that are not part of the stored record proper travel as a message that has nothing else set.
    private static readonly JsonParser ExtraParser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>A configuration as the caller sees it.</summary>
    public async ValueTask<JobConfigurationMessage> ToMessageAsync(JobView view, User caller, CancellationToken cancellationToken)
    {
        var message = ToMessage(view, AccessOf(caller), new Sharing());
        if (view.Configuration.LastUpdatedBy is { } uid)
            message.LastUpdatedBy = Reference(uid, await users.FindAsync(uid, cancellationToken));
        return message;
    }

    /// <summary>Configurations as the caller sees them; what is the same of all is one message.</summary>
    public async ValueTask<List<JobConfigurationMessage>> ToMessagesAsync(
        IReadOnlyCollection<JobView> views, User caller, CancellationToken cancellationToken)
    {
        var (access, sharing) = (AccessOf(caller), new Sharing());
        var editors = new Dictionary<string, UserReference>();
        var messages = new List<JobConfigurationMessage>(views.Count);
        foreach (var view in views)
        {
            var message = ToMessage(view, access, sharing);
            if (view.Configuration.LastUpdatedBy is { } uid)
            {
                if (!editors.TryGetValue(uid, out var editor))
                    editors.Add(uid, editor = Reference(uid, await users.FindAsync(uid, cancellationToken)));
                message.LastUpdatedBy = editor;
            }

            messages.Add(message);
        }

        return messages;
    }

    /// <summary>Translations and attribute values as they are stored; null when there are none.</summary>
    public static string? ExtraJson(JobConfigurationMessage message) =>
        message.Translations.Count == 0 && message.AttributeValues.Count == 0
            ? null
            : JsonFormatter.Default.Format(new JobConfigurationMessage
            {
                Translations = { message.Translations },
                AttributeValues = { message.AttributeValues },
            });

    /// <summary>The message that holds such translations and attribute values, and nothing else.</summary>
    public static JobConfigurationMessage OfExtra(string json) => ExtraParser.Parse<JobConfigurationMessage>(json);

    /// <summary>First name and surname.</summary>
    public static string NameOf(User user) => $"{user.FirstName} {user.Surname}";

    /// <summary>What a caller may do with configurations.</summary>
    public static Access AccessOf(User caller)
    {
        var admin = caller.Has(Authorities.SchedulingAdmin);
        return new Access
        {
            Read = true,
            Write = admin,
            Update = admin,
            Delete = admin,
            Manage = admin,
            Externalize = caller.Has(Authorities.All),
        };
    }

    /// <summary>How a job comes due.</summary>
    public static SchedulingType SchedulingOf(JobConfiguration job, JobTypeEntry? type) =>
        JobSchedule.KindOf(job, type?.SchedulingType ?? SchedulingType.Cron);

    /// <summary>Idle, running or disabled.</summary>
    public static JobStatus StatusOf(JobConfiguration job, JobState? state) =>
        state?.RunningRunId is not null ? JobStatus.Running : job.Enabled ? JobStatus.Scheduled : JobStatus.Disabled;

    /// <summary>How the last run ended.</summary>
    public static JobStatus OutcomeOf(JobRunOutcome? outcome) => outcome switch
    {
        JobRunOutcome.Completed => JobStatus.Completed,
        JobRunOutcome.Stopped => JobStatus.Stopped,
        JobRunOutcome.Failed => JobStatus.Failed,
        _ => JobStatus.NotStarted,
    };

    /// <summary>How long the last run took. While one is in progress, the end that is known is of the one before.</summary>
    public static TimeSpan? RuntimeOf(JobState? state) =>
        state is { LastExecuted: { } started, LastFinished: { } finished } && finished >= started ? finished - started : null;

    private JobConfigurationMessage ToMessage(JobView view, Access access, Sharing sharing)
    {
        var (job, state) = (view.Configuration, view.State);
        catalog.TryGet(job.Type, out var type);
        var message = job.ExtraJson is null ? new() : OfExtra(job.ExtraJson);
        message.Id = job.Uid;
        message.Name = job.Name;
        message.DisplayName = job.Name;
        message.Created = job.Created.ToTimestamp();
        message.LastUpdated = job.LastUpdated.ToTimestamp();
        message.JobType = job.Type;
        message.Delay = job.Delay?.ToDuration();
        message.Enabled = job.Enabled;
        message.SchedulingType = SchedulingOf(job, type);
        message.JobStatus = StatusOf(job, state);
        message.NextExecutionTime = view.NextExecution?.ToTimestamp();
        message.MaxDelayedExecutionTime = view.MaxDelayedExecution?.ToTimestamp();
        message.LastExecuted = state.LastExecuted?.ToTimestamp();
        message.LastFinished = state.LastFinished?.ToTimestamp();
        message.LastAlive = state.LastAlive?.ToTimestamp();
        message.LastExecutedStatus = OutcomeOf(state.LastOutcome);
        message.LastRuntimeExecution = RuntimeOf(state)?.ToDuration();
        message.Configurable = type?.UserDefinable ?? false;
        message.LeaderOnlyJob = job.Type != JobType.LeaderElection;
        message.CatchUpWindow = job.CatchUpWindow?.ToDuration();
        message.Access = access;
        message.Sharing = sharing;
        message.Etag = job.Revision.ToString(CultureInfo.InvariantCulture);
        SetOptional(message, job);
        if (state.LastErrors is { } errors)
            message.ErrorCodes = errors.Codes;
        if (job.Parameters is not null)
            type?.OneofField?.Accessor.SetValue(message, job.Parameters);
        return message;
    }

    private static void SetOptional(JobConfigurationMessage message, JobConfiguration job)
    {
        if (job.Code is not null)
            message.Code = job.Code;
        if (job.CronExpression is not null)
            message.CronExpression = job.CronExpression;
        if (job.ExecutedBy is not null)
            message.ExecutedBy = job.ExecutedBy;
        if (job.TimeZone is not null)
            message.TimeZone = job.TimeZone;
        if (job.QueueName is not null)
            message.QueueName = job.QueueName;
        if (job.QueuePosition is { } position)
            message.QueuePosition = position;
    }

    private static UserReference Reference(string uid, User? user)
    {
        var reference = new UserReference { Id = uid };
        if (user is not null)
        {
            reference.Name = reference.DisplayName = NameOf(user);
            reference.Username = user.Username;
        }

        return reference;
    }
}
