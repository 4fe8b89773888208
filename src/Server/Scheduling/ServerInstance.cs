using System.Globalization;
using System.Security.Cryptography;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>This process, as the owner of its runs.</summary>
internal sealed class ServerInstance
{
    /// <summary>Unique among all processes, also later ones.</summary>
    public string Id { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.MachineName}/{Environment.ProcessId}/{RandomNumberGenerator.GetHexString(8, lowercase: true)}");
}
