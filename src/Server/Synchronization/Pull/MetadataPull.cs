using System.Net;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Security;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Synchronization.Pull;

/// <summary>Fetches a metadata document from a server of the list, without any login, and imports it in one transaction.</summary>
internal sealed class MetadataPull : IDisposable
{
    private const int MaxRedirects = 3;

    private static readonly MetadataImportOptions Import = new()
    {
        Atomic = AtomicMode.None,
        SkipSharing = true,
        MaxDepth = 64,
        // A document of somebody else makes nobody a user here, and starts or sends nothing.
        SkipTypes = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
        {
            "users", "userRoles", "userGroups", "userCredentials", "jobConfigurations", "apiToken", "apiTokens", "oAuth2Clients", "routes", "eventHooks",
            "aggregateDataExchanges",
        },
    };

    private readonly AllowedServers _servers;
    private readonly MetadataImport _import;
    private readonly SynchronizationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<MetadataPull> _logger;
    private readonly HttpClient _http;

    public MetadataPull(AllowedServers servers, MetadataImport import, IOptions<SynchronizationOptions> options, TimeProvider time, ILogger<MetadataPull> logger)
    {
        (_servers, _import, _options, _time, _logger) = (servers, import, options.Value, time, logger);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would connect in our place, and to what it likes.
            UseProxy = false,
            ConnectTimeout = _options.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = (context, ct) => PublicAddress.ConnectAsync(context.DnsEndPoint, a => _servers.MayBeAt(a, context.DnsEndPoint.Port), ct),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Add("Accept", "application/json");
        _http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
        _http.DefaultRequestHeaders.Add("User-Agent", "Dhis2Grpc");
    }

    /// <summary>Pulls the document of the URL. Errors in its objects are in the report and do not throw.</summary>
    /// <exception cref="Dhis2Exception">The URL may not be read, the server does not give the document, or it is none.</exception>
    public async Task<MetadataImportReport> PullAsync(string url, User caller, CancellationToken cancellationToken)
    {
        var uri = _servers.Check(url);
        using var timeout = new CancellationTokenSource(_options.PullTimeout, _time);
        using var arrival = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await OpenAsync(uri, arrival.Token);
            await using var body = await response.Content.ReadAsStreamAsync(arrival.Token);
            await using var document = new PulledDocument(body, _options, arrival.Token);
            var report = await _import.ImportAsync(document, Import, caller, cancellationToken);
            SynchronizationLog.Pulled(_logger, uri.IdnHost, document.Received);
            return report;
        }
        catch (RemoteUnreachableException e) when (e.Refused)
        {
            throw new Dhis2Exception(ErrorKind.Conflict,
                $"The server is not asked: it has only addresses of this machine or of private networks. Add the address itself to those of {AllowedServers.Setting} and on to allow it",
                "E1004", e);
        }
        catch (RemoteUnreachableException e)
        {
            throw new Dhis2Exception(ErrorKind.Unavailable, e.Message, inner: e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            var limit = timeout.IsCancellationRequested ? _options.PullTimeout : _options.ConnectTimeout;
            var what = timeout.IsCancellationRequested ? "The document did not arrive" : "No connection to the remote server could be made";
            throw new Dhis2Exception(ErrorKind.Unavailable, $"{what} within {limit.TotalSeconds:0.###} s", inner: e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> OpenAsync(Uri url, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = await GetAsync(url, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
                return response;
            using (response)
            {
                if (!IsRedirect(response.StatusCode))
                    throw Failed($"The server answered {(int)response.StatusCode} {new RemoteReply(response.StatusCode, default, null).Phrase} in place of the document", response.StatusCode);
                if (redirects == MaxRedirects)
                    throw Failed($"The server redirects more than {MaxRedirects} times", response.StatusCode);
                if (response.Headers.Location is not { } place || !Uri.TryCreate(url, place, out var next))
                    throw Failed("The server redirects to nowhere", response.StatusCode);
                try
                {
                    url = _servers.Check(next);
                }
                catch (Dhis2Exception e)
                {
                    throw new Dhis2Exception(e.Kind, $"The server redirects elsewhere. {e.Message}", e.Code, e);
                }
            }
        }
    }

    private async Task<HttpResponseMessage> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw RemoteUnreachableException.Of(e);
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    // Never the remote server's own status: its 401 is none of ours.
    private static Dhis2Exception Failed(string message, HttpStatusCode status) =>
        new((int)status >= 500 ? ErrorKind.Unavailable : ErrorKind.Conflict, message) { HttpStatus = StatusCodes.Status502BadGateway };
}
