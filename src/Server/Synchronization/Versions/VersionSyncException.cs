using Dhis2Grpc.Server.Metadata.Versions;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>A metadata version could not be taken over. The message says why, without the login.</summary>
internal sealed class VersionSyncException(VersionSyncFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What is in the way.</summary>
    public VersionSyncFailure Failure { get; } = failure;

    /// <summary>The version, once there is one.</summary>
    public MetadataVersion? Version { get; init; }
}

/// <summary>What is in the way of a metadata version.</summary>
internal enum VersionSyncFailure
{
    /// <summary>The remote server does not answer, or not as one does that has versions.</summary>
    Remote,

    /// <summary>It has no version of the name.</summary>
    Unknown,

    /// <summary>What arrived is not what the version says.</summary>
    Corrupt,

    /// <summary>The remote server has another DHIS2 version, and the settings forbid that.</summary>
    OtherServerVersion,

    /// <summary>A version of the name is here already.</summary>
    Exists,
}
