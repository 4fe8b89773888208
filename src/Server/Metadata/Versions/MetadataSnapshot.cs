namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>The stored document of a version, or of one that is not imported yet.</summary>
/// <param name="Name">Name of the version.</param>
/// <param name="HashCode">MD5 of the text, as 32 hexadecimal digits.</param>
/// <param name="Size">Bytes of the text.</param>
internal sealed record MetadataSnapshot(string Name, string HashCode, long Size);

/// <summary>A snapshot that came from another server is not what that server said it would be.</summary>
internal sealed class MetadataSnapshotException(string message) : Exception(message);
