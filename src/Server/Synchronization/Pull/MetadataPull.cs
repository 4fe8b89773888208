using System.Net;
using System.Net.Http.Headers;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Synchronization.Pull;

/// <summary>Fetches a metadata document from a server of the list, and imports it in one transaction. There is no login, unless the
/// administrator allows that of the remote server to its own origin.</summary>
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
    private readonly RemoteServer _remote;
    private readonly MetadataImport _import;
    private readonly StorageOptions _storage;
    private readonly SynchronizationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<MetadataPull> _logger;
    private readonly HttpClient _http;

    public MetadataPull(
        AllowedServers servers, RemoteServer remote, MetadataImport import, IOptions<SynchronizationOptions> options, IOptions<StorageOptions> storage,
        TimeProvider time, ILogger<MetadataPull> logger)
    {
        (_servers, _remote, _import, _options, _storage, _time, _logger) = (servers, remote, import, options.Value, storage.Value, time, logger);
        _http = RemoteHttp.Create(_options, TimeSpan.FromMinutes(1), _servers.MayBeAt, packed: true);
        _http.DefaultRequestHeaders.Add("Accept-Encoding", "gzip");
    }

    /// <summary>How pulled documents are imported.</summary>
    public static MetadataImportOptions Options => Import;

    /// <summary>Pulls the document of the URL. Errors in its objects are in the report and do not throw.</summary>
    /// <exception cref="Dhis2Exception">The URL may not be read, the server does not give the document, or it is none.</exception>
    public async Task<MetadataImportReport> PullAsync(string url, User caller, CancellationToken cancellationToken)
    {
        await using var pulled = await FetchAsync(url, cancellationToken);
        return await ImportAsync(pulled, caller, cancellationToken);
    }

    /// <summary>Refuses a URL that may not be read, without asking anybody.</summary>
    /// <exception cref="Dhis2Exception">It may not be read, or is none.</exception>
    public void Check(string url) => _servers.Check(url);

    /// <summary>Takes in the document of the URL, all of it. Dispose it.</summary>
    /// <exception cref="Dhis2Exception">The URL may not be read, or the server does not give the document.</exception>
    public async Task<PulledMetadata> FetchAsync(string url, CancellationToken cancellationToken)
    {
        var uri = _servers.Check(url);
        using var timeout = new CancellationTokenSource(_options.PullTimeout, _time);
        using var arrival = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var spool = new DocumentSpool(_storage);
        try
        {
            using var response = await OpenAsync(uri, arrival.Token);
            await using var body = await response.Content.ReadAsStreamAsync(arrival.Token);
            await using var document = new PulledDocument(body, _options, arrival.Token);
            await spool.CopyFromAsync(document, cancellationToken);
            return new PulledMetadata(spool, uri.IdnHost, document.Received);
        }
        catch (Exception e)
        {
            await spool.DisposeAsync();
            if (Explained(e, timeout.IsCancellationRequested, cancellationToken.IsCancellationRequested) is { } explained)
                throw explained;
            throw;
        }
    }

    /// <summary>Imports what was taken in.</summary>
    /// <exception cref="Dhis2Exception">It is no document.</exception>
    public async Task<MetadataImportReport> ImportAsync(PulledMetadata pulled, User caller, CancellationToken cancellationToken)
    {
        var report = await _import.ImportAsync(pulled.Document, Import, caller, cancellationToken);
        SynchronizationLog.Pulled(_logger, pulled.Host, pulled.Bytes);
        return report;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private Dhis2Exception? Explained(Exception failure, bool late, bool cancelled) => failure switch
    {
        RemoteUnreachableException { Refused: true } => new Dhis2Exception(ErrorKind.Conflict,
            $"The server is not asked: it has only addresses of this machine or of private networks. Add the address itself to those of {AllowedServers.Setting} and on to allow it",
            "E1004", failure),
        RemoteUnreachableException => new Dhis2Exception(ErrorKind.Unavailable, failure.Message, inner: failure),
        OperationCanceledException when !cancelled && late =>
            new Dhis2Exception(ErrorKind.Unavailable, $"The document did not arrive within {_options.PullTimeout.TotalSeconds:0.###} s", inner: failure),
        OperationCanceledException when !cancelled => new Dhis2Exception(ErrorKind.Unavailable,
            $"No connection to the remote server could be made within {_options.ConnectTimeout.TotalSeconds:0.###} s", inner: failure),
        _ => null,
    };

    private async Task<HttpResponseMessage> OpenAsync(Uri url, CancellationToken cancellationToken)
    {
        var login = await LoginAsync(url, cancellationToken);
        for (var redirects = 0; ; redirects++)
        {
            var response = await GetAsync(url, login, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK)
                return response;
            using (response)
            {
                if (!IsRedirect(response.StatusCode))
                    throw Failed($"The server answered {(int)response.StatusCode} {new RemoteReply(response.StatusCode, default, null).Phrase} in place of the document", response.StatusCode);
                if (login is not null)
                    throw Failed("The server redirects, and who logs in is not sent elsewhere", response.StatusCode);
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

    // Only the server that the login is for gets it, and never in clear.
    private async ValueTask<AuthenticationHeaderValue?> LoginAsync(Uri url, CancellationToken cancellationToken)
    {
        if (!_options.PullWithLogin || url.Scheme != Uri.UriSchemeHttps)
            return null;
        var account = await _remote.AccountAsync(cancellationToken);
        return account is not null && AllowedServers.SameOrigin(account.BaseUrl, url) ? account.Authorization : null;
    }

    private async Task<HttpResponseMessage> GetAsync(Uri url, AuthenticationHeaderValue? login, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Authorization = login } };
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

/// <summary>A document that was fetched.</summary>
/// <param name="Document">The document.</param>
/// <param name="Host">Host that it came from.</param>
/// <param name="Bytes">How many bytes were sent.</param>
internal sealed record PulledMetadata(DocumentSpool Document, string Host, long Bytes) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Document.DisposeAsync();
}
