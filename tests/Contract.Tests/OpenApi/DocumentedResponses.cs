using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dhis2Grpc.Server.Rest.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Sdk;

namespace Contract.Tests.OpenApi;

/// <summary>Fails the test whose request got a response that the OpenAPI document does not describe: another status,
/// header, media type or body.</summary>
internal sealed partial class DocumentedResponses(IServiceProvider services, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Lines = "application/x-ndjson";
    private const string Events = "text/event-stream";

    // One document serves all nodes of the process that have the same routes.
    private static readonly Lock _lock = new();
    private static (byte[] Json, DocumentedApi Api)? _last;

    /// <summary>The node's document.</summary>
    public static async Task<DocumentedApi> ApiOfAsync(IServiceProvider services)
    {
        var json = await services.GetRequiredService<OpenApiDocumentation>().JsonAsync();
        lock (_lock)
        {
            if (_last is not { } last || !last.Json.AsSpan().SequenceEqual(json))
                _last = last = (json, new DocumentedApi(json));
            return last.Api;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var path = Version().Replace(request.RequestUri!.AbsolutePath, "/api/", 1).TrimEnd('/');
        if (!path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/api/docs", StringComparison.Ordinal))
            return response;
        var faults = await FaultsAsync(request, path["/api".Length..], response, cancellationToken);
        if (faults.Count == 0)
            return response;
        var body = response.Content.Headers.ContentType?.MediaType == "application/json" ? await response.Content.ReadAsStringAsync(cancellationToken) : "";
        throw new XunitException($"{request.Method} {request.RequestUri.PathAndQuery} answered {(int)response.StatusCode} not as documented:\n{string.Join('\n', faults)}\n{body[..Math.Min(body.Length, 2000)]}");
    }

    private async Task<List<string>> FaultsAsync(HttpRequestMessage request, string path, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var api = await ApiOfAsync(services);
        // HEAD is GET without a body, and not documented apart from it.
        var isHead = request.Method == HttpMethod.Head;
        var documented = api.ResponseOf(isHead ? "GET" : request.Method.Method, path, (int)response.StatusCode);
        if (documented is null)
        {
            if (response.IsSuccessStatusCode)
                return ["The document has no such operation."];
            documented = api.Failure;
        }

        var missing = from header in documented["headers"]?.AsObject() ?? []
                      where !response.Headers.Contains(header.Key)
                      select $"The header {header.Key} is missing.";
        var type = response.Content.Headers.ContentType?.MediaType;
        var content = documented["content"]?.AsObject();
        if (type is null)
        {
            // What Kestrel cannot read never gets to those who write bodies.
            if (response.Headers.ConnectionClose is true && (int)response.StatusCode is 400 or 414 or 431)
                return [];
            var mayBeEmpty = content is null || (bool?)documented["x-may-be-empty"] is true;
            return mayBeEmpty || isHead ? [.. missing] : ["The body is missing."];
        }

        if (content?[type] is not { } media)
            return [$"The document names other media types than {type}."];
        if (isHead)
            return await response.Content.ReadAsByteArrayAsync(cancellationToken) is [] ? [.. missing] : ["HEAD has a body."];
        if (type is Lines or Events)
        {
            // Each event is of the one schema; the end may never come.
            var (ofEvent, ofFailure) = (content[Lines]!["schema"]!, api.Failure["content"]!["application/json"]!["schema"]!);
            response.Content = DocumentedEvents.Content(
                new(await response.Content.ReadAsStreamAsync(cancellationToken), type == Events, (e, failed) => api.Faults(failed ? ofFailure : ofEvent, e)),
                response.Content.Headers);
            return [.. missing];
        }

        if (type != "application/json" || media["schema"] is not { } schema)
            return [.. missing];
        var length = response.Content.Headers.ContentLength;
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        response.Content = new SentContent(bytes, length, response.Content.Headers);
        if (bytes.Length == 0 && (bool?)documented["x-may-be-empty"] is true)
            return [.. missing];
        using var body = JsonDocument.Parse(bytes);
        var (own, faults) = DocumentedFields.TakeBack(body.RootElement, response.IsSuccessStatusCode ? request.RequestUri!.Query : "");
        return [.. missing, .. faults, .. api.Faults(schema, own).Take(20)];
    }

    /// <summary>A body that was read, with its headers as they were sent: a streamed one has no length.</summary>
    private sealed class SentContent : ByteArrayContent
    {
        private readonly long? _length;

        public SentContent(byte[] body, long? length, HttpContentHeaders sent)
            : base(body)
        {
            _length = length;
            foreach (var header in sent.Where(h => h.Key != "Content-Length"))
                Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length ?? 0;
            return _length is not null;
        }
    }

    [GeneratedRegex("^/api/(2[89]|3[0-9]|4[0-4])/")]
    private static partial Regex Version();
}
