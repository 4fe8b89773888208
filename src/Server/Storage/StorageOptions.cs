namespace Dhis2Grpc.Server.Storage;

/// <summary>Where the node keeps its files.</summary>
internal sealed class StorageOptions
{
    /// <summary>Folder of all files of the node; created when missing. Default <c>./data</c>.</summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Folder in it of the keys that encrypt secrets.</summary>
    public string KeyDirectory => Path.Combine(DataDirectory, "keys");

    /// <summary>Folder in it of documents on their way in; nothing in it outlives the process.</summary>
    public string IncomingDirectory => Path.Combine(DataDirectory, "incoming");

    /// <summary>Folder in it of documents that were accepted and wait for the job that imports them.</summary>
    public string AcceptedDirectory => Path.Combine(DataDirectory, "accepted");
}
