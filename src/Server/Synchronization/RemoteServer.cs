using System.Buffers;
using System.Globalization;
using System.Net;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Synchronization.Pull;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>The one HTTP client for other DHIS2 servers: logs in with each request, never follows a redirect, never waits without limit.</summary>
internal sealed class RemoteServer : IDisposable
{
    private readonly SystemSettings _settings;
    private readonly SynchronizationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RemoteServer> _logger;
    private readonly HttpClient _http;
    private readonly HttpClient _documents;
    private int _warned;

    public RemoteServer(SystemSettings settings, IOptions<SynchronizationOptions> options, TimeProvider time, ILogger<RemoteServer> logger)
    {
        (_settings, _options, _time, _logger) = (settings, options.Value, time, logger);
        _http = RemoteHttp.Create(_options, TimeSpan.FromMinutes(5), MayBeAt);
        // A gzip document must arrive as it was sent, so that its size is known and nobody unpacks it twice.
        _documents = RemoteHttp.Create(_options, TimeSpan.FromMinutes(5), MayBeAt, packed: true, "application/gzip, application/json, */*;q=0.1");
    }

    /// <summary>The remote server of the settings; null when URL, user name or password is missing.</summary>
    /// <exception cref="Errors.Dhis2Exception">The URL is none.</exception>
    public async ValueTask<RemoteAccount?> AccountAsync(CancellationToken cancellationToken) => RemoteAccount.Of(
        await _settings.TextAsync(SettingKeys.RemoteUrl, cancellationToken),
        await _settings.TextAsync(SettingKeys.RemoteUsername, cancellationToken),
        await _settings.TextAsync(SettingKeys.RemotePassword, cancellationToken));

    /// <summary>Asks for something small, within the time for a ping.</summary>
    /// <exception cref="RemoteUnreachableException">No answer came.</exception>
    public Task<RemoteReply> GetAsync(RemoteAccount account, string path, CancellationToken cancellationToken) =>
        SendAsync(account, HttpMethod.Get, path, null, 1024 * 1024, _options.PingTimeout, cancellationToken);

    /// <summary>Asks for something that takes the server its time.</summary>
    /// <exception cref="RemoteUnreachableException">No answer came.</exception>
    public Task<RemoteReply> GetAsync(RemoteAccount account, string path, TimeSpan limit, CancellationToken cancellationToken) =>
        SendAsync(account, HttpMethod.Get, path, null, 16 * 1024 * 1024, limit, cancellationToken);

    /// <summary>Asks for a document of any size, and reads it while it arrives.</summary>
    /// <param name="account">The server.</param>
    /// <param name="path">Where it is, below the base URL.</param>
    /// <param name="limit">How long it may take until it has arrived; what the reader does afterwards does not count.</param>
    /// <param name="read">Reads it, unpacked.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The answer when it is not the document; null when it was read.</returns>
    /// <exception cref="RemoteUnreachableException">No answer came, or broke off.</exception>
    public async Task<RemoteReply?> DownloadAsync(
        RemoteAccount account, string path, TimeSpan limit, Func<Stream, Task> read, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, _time);
        using var arrival = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = Request(account, HttpMethod.Get, path);
            using var response = await _documents.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, arrival.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                return new RemoteReply(response.StatusCode, await ReadAsync(response.Content, 64 * 1024, arrival.Token), RetryAfter(response));
            await using var body = await response.Content.ReadAsStreamAsync(arrival.Token);
            await using var document = new PulledDocument(body, _options, arrival.Token);
            await read(document);
            return null;
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RemoteUnreachableException($"The document did not arrive within {limit.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw RemoteUnreachableException.Of(e);
        }
    }

    /// <summary>Sends a body, within the time for a page.</summary>
    /// <exception cref="RemoteUnreachableException">No answer came; the receiver may have done its work all the same.</exception>
    public Task<RemoteReply> PostAsync(RemoteAccount account, string path, HttpContent body, CancellationToken cancellationToken) =>
        SendAsync(account, HttpMethod.Post, path, body, 64 * 1024 * 1024, _options.RequestTimeout, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _documents.Dispose();
    }

    private bool MayBeAt(IPAddress address, int port) => _options.AllowPrivateNetworks || PublicAddress.Is(address);

    private HttpRequestMessage Request(RemoteAccount account, HttpMethod method, string path)
    {
        RefuseInsecure(account);
        return new HttpRequestMessage(method, new Uri(account.BaseUrl, path)) { Headers = { Authorization = account.Authorization } };
    }

    private async Task<RemoteReply> SendAsync(
        RemoteAccount account, HttpMethod method, string path, HttpContent? body, int maxBody, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = Request(account, method, path);
        request.Content = body;
        using var timeout = new CancellationTokenSource(limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            return new RemoteReply(response.StatusCode, await ReadAsync(response.Content, maxBody, both.Token), RetryAfter(response)) { LastRequest = LastRequest(response) };
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RemoteUnreachableException($"The remote server did not answer within {limit.TotalSeconds:0.###} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            throw RemoteUnreachableException.Of(e);
        }
    }

    private void RefuseInsecure(RemoteAccount account)
    {
        if (account.BaseUrl.Scheme == Uri.UriSchemeHttps || account.BaseUrl.IsLoopback)
            return;
        if (!_options.AllowInsecureRemote)
        {
            throw new RemoteUnreachableException(
                "The remote server is not asked: its URL begins with http, and the password would travel in clear. Use https, or allow it with Dhis2:Synchronization:AllowInsecureRemote")
            { Refused = true };
        }
        if (Interlocked.Exchange(ref _warned, 1) == 0)
            SynchronizationLog.Insecure(_logger, account.BaseUrl.Host);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int max, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = new ArrayBufferWriter<byte>(4096);
        while (body.WrittenCount < max)
        {
            var room = body.GetMemory(4096);
            var read = await stream.ReadAsync(room[..Math.Min(room.Length, max - body.WrittenCount)], cancellationToken);
            if (read == 0)
                break;
            body.Advance(read);
        }
        return body.WrittenMemory;
    }

    private static long? LastRequest(HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.PreconditionFailed && response.Headers.TryGetValues(DataSender.RequestHeader, out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : null;

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var after = response.Headers.RetryAfter;
        var wait = after?.Delta ?? (after?.Date is { } date ? date - _time.GetUtcNow() : null);
        return wait is { } span && span < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
