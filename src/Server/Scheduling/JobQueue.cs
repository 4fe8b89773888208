namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Jobs that run one after another. It is not stored itself: its members carry its name and their positions,
/// and the first its cron expression.</summary>
/// <param name="Name">Name.</param>
/// <param name="Members">Its jobs, in the order of their positions; at least one.</param>
internal sealed record JobQueue(string Name, IReadOnlyList<JobConfiguration> Members)
{
    /// <summary>Longest name.</summary>
    public const int MaxName = 50;

    /// <summary>Fewest jobs that a queue is made of.</summary>
    public const int MinMembers = 2;

    /// <summary>The job that fires, and with it the queue.</summary>
    public JobConfiguration Trigger => Members[0];

    /// <summary>The queue of that name; null when there is none.</summary>
    public static JobQueue? Find(IEnumerable<JobConfiguration> all, string name)
    {
        List<JobConfiguration> members = [.. all.Where(j => j.QueueName == name).OrderBy(j => j.QueuePosition)];
        return members.Count > 0 ? new(name, members) : null;
    }
}
