using Dhis2.Scheduling.V1;

namespace Dhis2Grpc.Client.Watching;

/// <summary>A run as it is now, and what changed since the update before.</summary>
/// <param name="Run">The whole run with its progress. The same tree is kept up to date in place: clone it to keep a
/// moment.</param>
/// <param name="Changes">What changed; null when the whole run is new to the watcher.</param>
/// <param name="Terminal">The run has ended; its last update.</param>
/// <param name="Revision">Revision of the run; grows with every update.</param>
/// <param name="ResumeToken">Continues a later watch after this update.</param>
public sealed record JobRunUpdate(
    JobRun Run, JobRunDelta? Changes, bool Terminal, long Revision, string ResumeToken);
