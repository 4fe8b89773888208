using System.ComponentModel.DataAnnotations;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>How the node talks to other servers: section <c>Dhis2:Synchronization</c>.</summary>
internal sealed class SynchronizationOptions
{
    /// <summary>The remote server may have a loopback, private or link-local address. Default: no.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>The remote server may be reached by plain http, which sends the password in clear. On this machine it always may.
    /// Default: no.</summary>
    public bool AllowInsecureRemote { get; set; }

    /// <summary>Bodies are sent as gzip. Default: yes.</summary>
    public bool Compress { get; set; } = true;

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
}
