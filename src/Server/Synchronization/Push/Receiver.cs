using System.Globalization;
using System.Net;
using System.Text.Json;
using Dhis2Grpc.Server.Data;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>What is known of the server that data goes to, and learned of it on the way.</summary>
/// <param name="account">The server and the login there.</param>
/// <param name="sender">System id of this node.</param>
internal sealed class Receiver(RemoteAccount account, string sender)
{
    private const int FirstByDataSet = 43;

    private long _lastRequest;

    /// <summary>The server and the login there.</summary>
    public RemoteAccount Account { get; } = account;

    /// <summary>Its system id; null when it tells none, or that of this node, of which it is a copy then.</summary>
    public string? SystemId { get; private init; }

    /// <summary>It has this node's own system id. One whose answer did not arrive whole may be any, and is told who sends all the same.</summary>
    private bool IsCopy { get; init; }

    /// <summary>A body must be of one data set and name it, as DHIS2 asks from 2.43 on.</summary>
    public bool ByDataSet { get; set; }

    /// <summary>It takes gzip.</summary>
    public bool Compress { get; set; }

    /// <summary>Asks the server for its version. One that does not tell is taken for an old one.</summary>
    /// <exception cref="RemoteUnreachableException">No answer came.</exception>
    public static async Task<Receiver> MeetAsync(RemoteServer remote, RemoteAccount account, string sender, bool compress, CancellationToken cancellationToken)
    {
        var info = await remote.GetAsync(account, "api/system/info", cancellationToken);
        var (version, systemId) = info.Status == HttpStatusCode.OK ? Read(info.Body) : default;
        return new Receiver(account, sender)
        {
            Compress = compress,
            ByDataSet = Minor(version) >= FirstByDataSet,
            SystemId = systemId is { Length: > 0 } && systemId != sender ? systemId : null,
            IsCopy = systemId == sender,
        };
    }

    /// <summary>This node, as the sender of one more request; null when the receiver is a copy of it.</summary>
    public DataSender? Next(DateTimeOffset now) => IsCopy ? null : new(sender, _lastRequest = DataSender.Next(_lastRequest, now));

    /// <summary>The receiver has taken a request of this number: the clock was further ahead.</summary>
    public void GoBeyond(long request) => _lastRequest = Math.Max(_lastRequest, request);

    // 43 of 2.43.1, and of 43.0.
    private static int Minor(string? version)
    {
        if (version is null)
            return 0;
        var parts = version.Split('.', '-');
        var number = parts is ["2", var minor, ..] ? minor : parts[0];
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
    }

    private static (string? Version, string? SystemId) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var info = JsonDocument.Parse(body);
            return info.RootElement.ValueKind == JsonValueKind.Object ? (Text(info.RootElement, "version"), Text(info.RootElement, "systemId")) : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static string? Text(JsonElement info, string name) =>
        info.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
