using System.ComponentModel.DataAnnotations;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>How the node talks to other servers: section <c>Dhis2:Synchronization</c>.</summary>
internal sealed class SynchronizationOptions : IValidatableObject
{
    /// <summary>The remote server may have a loopback, private or link-local address. Default: no.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>The remote server may be reached by plain http, which sends the password in clear. On this machine it always may.
    /// Default: no.</summary>
    public bool AllowInsecureRemote { get; set; }

    /// <summary>Origins, such as https://play.dhis2.org, that metadata may be pulled from. A loopback or private address must be one of them
    /// itself, also when a name leads there. Default: none.</summary>
    public IReadOnlyList<string> AllowedServers { get; set; } = [];

    /// <summary>A pull from the origin of the remote server, by https, logs in there as the system settings say. Default: no.</summary>
    public bool PullWithLogin { get; set; }

    /// <summary>Largest document that is pulled as gzip, in bytes. Default: 100 MiB.</summary>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long MaxPulledBytes { get; set; } = 100L << 20;

    /// <summary>Largest document that is pulled, unpacked, in bytes. Default: 1 GiB.</summary>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long MaxPulledExpanded { get; set; } = 1L << 30;

    /// <summary>How long a pulled document may take to arrive, redirects included. Default: 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan PullTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the remote server may take to tell its metadata versions. Default: 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan VersionTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the metadata of a version may take to arrive. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan SnapshotTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a run of META_DATA_SYNC tries in all, the first time included. Default: 3.</summary>
    [Range(1, 100)]
    public int MetadataAttempts { get; set; } = 3;

    /// <summary>How long it waits before it tries again. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan MetadataRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>DHIS2 version that this node tells; the host's.</summary>
    public string LocalVersion { get; set; } = "";

    /// <summary>Bodies are sent as gzip. Default: yes.</summary>
    public bool Compress { get; set; } = true;

    /// <summary>The time of the last success does not move while the remote server refuses rows; otherwise rows that it refuses, and
    /// that are kept as open conflicts, count as done. Either way they are offered again, and what was taken is not. Default: yes.</summary>
    public bool StrictConflicts { get; set; } = true;

    /// <summary>A push for which the remote server cannot be used is answered with 200 and an empty body, as DHIS2 does, and not with an
    /// error. Default: no.</summary>
    public bool EmptyReply { get; set; }

    /// <summary>How long a connection may take to be made. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a question about the server, such as a ping, may take in all. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a page of data may take, the receiver's work included. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>First wait before a page is sent again; it doubles each time. Default: 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait before a page is sent again, also when the receiver asks for more. Default: 2 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        // The entry is not repeated: somebody may have put a login into it.
        from entry in AllowedServers.Index()
        where Pull.AllowedServers.Parse(entry.Item) is null
        select new ValidationResult(
            $"Dhis2:Synchronization:AllowedServers:{entry.Index} must be an origin such as https://play.dhis2.org, without path and login", [nameof(AllowedServers)]);
}
