namespace Dhis2Grpc.Server.Jobs;

/// <summary>The system settings that jobs read and write, under DHIS2's keys.</summary>
internal interface IJobSettings
{
    /// <summary>Reads a setting; null when it is not set.</summary>
    ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Sets a setting.</summary>
    ValueTask SetAsync(string key, string value, CancellationToken cancellationToken);
}
