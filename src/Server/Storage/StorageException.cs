namespace Dhis2Grpc.Server.Storage;

/// <summary>A store cannot be opened or written. The message says which file, and what the operator can do.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : IOException(message, inner);
