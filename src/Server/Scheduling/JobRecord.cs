using Google.Protobuf;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>A configuration and the state of its job at one moment, as a list of very many holds them.</summary>
internal sealed class JobRecord(JobConfiguration configuration, JobState? state)
{
    /// <summary>The configuration as stored.</summary>
    public JobConfiguration Configuration { get; } = configuration;

    /// <summary>What is remembered of its runs; null when it never ran.</summary>
    public JobState? State { get; } = state;

    /// <summary>Translations and attribute values, once somebody asked for them; they never change here.</summary>
    public IMessage? Extra { get; set; }

    /// <summary>When it comes due next, as found last; see <see cref="JobViews.NextOf"/>.</summary>
    public JobOutlook? Outlook { get; set; }
}

/// <summary>When a job comes due next.</summary>
/// <param name="From">When this was found.</param>
/// <param name="Next">The instant; null: not by schedule.</param>
internal sealed record JobOutlook(DateTimeOffset From, DateTimeOffset? Next);
