namespace Dhis2Grpc.Server.Scheduling;

/// <summary>The work of a job type is not part of this server yet.</summary>
internal sealed class JobNotBuiltException(string wireName)
    : Exception($"The work of {wireName} jobs is not built into this server yet; nothing was done.");
