using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>What is known of the server that data goes to, and learned of it on the way.</summary>
/// <param name="account">The server and the login there.</param>
internal sealed class Receiver(RemoteAccount account)
{
    private const int FirstByDataSet = 43;

    /// <summary>The server and the login there.</summary>
    public RemoteAccount Account { get; } = account;

    /// <summary>A body must be of one data set and name it, as DHIS2 asks from 2.43 on.</summary>
    public bool ByDataSet { get; set; }

    /// <summary>It takes gzip.</summary>
    public bool Compress { get; set; }

    /// <summary>Asks the server for its version. One that does not tell is taken for an old one.</summary>
    /// <exception cref="RemoteUnreachableException">No answer came.</exception>
    public static async Task<Receiver> MeetAsync(RemoteServer remote, RemoteAccount account, bool compress, CancellationToken cancellationToken)
    {
        var info = await remote.GetAsync(account, "api/system/info", cancellationToken);
        return new Receiver(account) { Compress = compress, ByDataSet = info.Status == HttpStatusCode.OK && Minor(info.Body) >= FirstByDataSet };
    }

    // 43 of 2.43.1, and of 43.0.
    private static int Minor(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var info = JsonDocument.Parse(body);
            if (info.RootElement.ValueKind != JsonValueKind.Object || !info.RootElement.TryGetProperty("version", out var version)
                || version.ValueKind != JsonValueKind.String)
                return 0;
            var parts = version.GetString()!.Split('.', '-');
            var number = parts is ["2", var minor, ..] ? minor : parts[0];
            return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0;
        }
        catch (JsonException)
        {
            return 0;
        }
    }
}
