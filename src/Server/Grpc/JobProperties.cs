using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Scheduling;
using JobConfigurationMessage = Dhis2.Scheduling.V1.JobConfiguration;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>The properties of job configurations that lists are filtered and ordered by, read where they are kept: very
/// many pass without a message being made of any. All that one query asks is of one moment.</summary>
internal sealed class JobProperties(JobCatalog catalog, JobViews views, JobMembers members, DateTimeOffset now) : IObjectProperties<JobRecord>
{
    private static readonly string[] Types = Names("job_type");
    private static readonly string[] Statuses = Names("job_status");
    private static readonly string[] SchedulingTypes = Names("scheduling_type");

    /// <summary>Properties inside of other objects, and those that are the same of all.</summary>
    public JobMembers Members => members;

    /// <inheritdoc/>
    public ObjectProperty<JobRecord>? Find(string name) => name switch
    {
        "id" => Text(r => r.Configuration.Uid),
        "name" or "displayName" => Text(r => r.Configuration.Name),
        "code" => Text(r => r.Configuration.Code),
        "created" => Instant(r => r.Configuration.Created),
        "lastUpdated" => Instant(r => r.Configuration.LastUpdated),
        "lastUpdatedBy" => Text(r => r.Configuration.LastUpdatedBy),
        "jobType" => Choice(name, Types, r => WireName.Of(r.Configuration.Type)),
        "cronExpression" => Text(r => r.Configuration.CronExpression),
        "delay" => Number(r => (decimal?)r.Configuration.Delay?.TotalSeconds),
        "enabled" => Flag(r => r.Configuration.Enabled),
        "schedulingType" => Choice(
            name, SchedulingTypes, r => SchedulingTypes[(int)JobConfigurationMessages.SchedulingOf(r.Configuration, TypeOf(r)) - 1]),
        "jobStatus" => Choice(name, Statuses, r => Statuses[(int)JobConfigurationMessages.StatusOf(r.Configuration, r.State) - 1]),
        "nextExecutionTime" => Instant(r => views.NextOf(r, now)),
        "maxDelayedExecutionTime" => Instant(r => views.LatestOf(r, now)),
        "lastExecuted" => Instant(r => r.State?.LastExecuted),
        "lastFinished" => Instant(r => r.State?.LastFinished),
        "lastAlive" => Instant(r => r.State?.LastAlive),
        "lastExecutedStatus" => Choice(name, Statuses, r => Statuses[(int)JobConfigurationMessages.OutcomeOf(r.State?.LastOutcome) - 1]),
        "errorCodes" => Text(r => r.State?.LastErrors?.Codes),
        "lastRuntimeExecution" => Number(r => (decimal?)JobConfigurationMessages.RuntimeOf(r.State)?.TotalSeconds),
        "configurable" => Flag(r => TypeOf(r)?.UserDefinable ?? false),
        "executedBy" => Text(r => r.Configuration.ExecutedBy),
        "queueName" => Text(r => r.Configuration.QueueName),
        "queuePosition" => Number(r => r.Configuration.QueuePosition),
        "timeZone" => Text(r => r.Configuration.TimeZone),
        "catchUpWindow" => Number(r => (decimal?)r.Configuration.CatchUpWindow?.TotalSeconds),
        "leaderOnlyJob" => Flag(r => r.Configuration.Type != Dhis2.Scheduling.V1.JobType.LeaderElection),
        _ => members.Find(name),
    };

    /// <summary>The property changes with the job's runs, and not with its configuration alone.</summary>
    public static bool IsOfRuns(string name) => IsOfTheMoment(name)
        || name is "jobStatus" or "lastExecuted" or "lastFinished" or "lastAlive" or "lastExecutedStatus" or "lastRuntimeExecution" or "errorCodes";

    /// <summary>What the property says of a record changes with time alone.</summary>
    public static bool IsOfTheMoment(string name) => name is "nextExecutionTime" or "maxDelayedExecutionTime";

    private static TextProperty<JobRecord> Text(Func<JobRecord, string?> get) => new(get);

    private static TextProperty<JobRecord> Choice(string name, string[] legal, Func<JobRecord, string?> get) => new(get, name, legal);

    private static ValueProperty<JobRecord, DateTimeOffset> Instant(Func<JobRecord, DateTimeOffset?> get) => new(get, ListFilter.Instant);

    private static ValueProperty<JobRecord, decimal> Number(Func<JobRecord, decimal?> get) => new(get, static (v, _) => ListFilter.Number(v));

    private static ValueProperty<JobRecord, bool> Flag(Func<JobRecord, bool?> get) => new(get, static (v, _) => ListFilter.Flag(v));

    private JobTypeEntry? TypeOf(JobRecord record) => catalog.TryGet(record.Configuration.Type, out var entry) ? entry : null;

    // Their numbers count from 1 without a gap, those of job types apart.
    private static string[] Names(string field) =>
        [.. JobConfigurationMessage.Descriptor.FindFieldByName(field).EnumType.Values.Where(v => v.Number > 0).OrderBy(v => v.Number).Select(WireName.Of)];
}
