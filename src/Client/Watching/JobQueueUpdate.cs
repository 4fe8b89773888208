using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Client.Watching;

/// <summary>One update of a queue's run: how its jobs stand, or what happened in the run of one of them.</summary>
/// <param name="QueueRun">The queue's run, when a job of it started, ended or was skipped; null otherwise.</param>
/// <param name="Run">The run of a job as it is now; null when <paramref name="QueueRun"/> is there.</param>
/// <param name="Terminal">The queue's run has ended; its last update.</param>
/// <param name="ResumeToken">Continues a later watch after this update.</param>
public sealed record JobQueueUpdate(JobQueueRun? QueueRun, JobRunUpdate? Run, bool Terminal, string ResumeToken);
