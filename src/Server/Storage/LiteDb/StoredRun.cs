using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A run as stored.</summary>
/// <param name="Run">The run; its progress is empty when it is to be read from <paramref name="Progress"/>.</param>
/// <param name="Alive">Last sign of life.</param>
/// <param name="Progress">Its progress as bytes.</param>
internal sealed record StoredRun(JobRun Run, DateTimeOffset Alive, StoredProgress Progress)
{
    /// <summary>The job as the model held it when the run was claimed; null when it is to be looked up.</summary>
    public StoredJob? Job { get; init; }

    /// <summary>Longer errors are cut, so that any run fits in a block.</summary>
    public const int MaxError = 16_384;

    /// <summary>Whether it is in progress.</summary>
    public bool IsRunning => Run.Outcome is null;

    /// <summary>The same without the progress object.</summary>
    public StoredRun WithoutTree() =>
        ReferenceEquals(Run.Progress, RunProgress.Empty) ? this : this with { Run = Run with { Progress = RunProgress.Empty } };
}
