using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Contract.Tests.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Contract.Tests.Golden;

/// <summary>Sends the requests of golden files to a node, and writes its responses as the files have them.</summary>
internal sealed partial class Conversation(TestNode node, FakeTimeProvider time) : IDisposable
{
    private static readonly string[] _shownHeaders = ["Content-Type", "Location", "Allow", "WWW-Authenticate", "Retry-After", "Content-Disposition"];
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly HttpClient _nobody = node.ConnectHttp(null, null);
    private readonly Markers _markers = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Names what differs from run to run.</summary>
    public async Task BeginAsync()
    {
        _markers.Keep("url", node.RestUrl.ToString().TrimEnd('/'));
        _markers.Keep("admin", (string)JsonNode.Parse(await node.Http.GetStringAsync("/api/me", Cancel))!["id"]!);
        var info = JsonNode.Parse(await node.Http.GetStringAsync("/api/system/info", Cancel))!;
        _markers.Keep("systemId", (string)info["systemId"]!);
        _markers.Keep("revision", (string)info["revision"]!);
    }

    /// <summary>The response to a request, as text; an error of the server's own making fails the test.</summary>
    public async Task<string> AnswerAsync(Exchange exchange)
    {
        foreach (var advance in exchange.Directive("advance"))
            time.Advance(TimeSpan.Parse(advance, CultureInfo.InvariantCulture));
        var started = DateTime.UtcNow;
        while (true)
        {
            using var response = await SendAsync(exchange);
            var body = await response.Content.ReadAsStringAsync(Cancel);
            Assert.True((int)response.StatusCode is < 500 or 501, $"{exchange.Title}: {(int)response.StatusCode} {body}");
            if (!exchange.Directive("until").All(text => body.Contains(text, StringComparison.Ordinal)) && DateTime.UtcNow - started < _limit)
            {
                await Task.Delay(20, Cancel);
                continue;
            }

            foreach (var keep in exchange.Directive("keep"))
                Keep(keep, body);
            return WithoutNewIds(Print(response, body), exchange);
        }
    }

    public void Dispose() => _nobody.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Exchange exchange)
    {
        var target = Encoding.UTF8.GetString(_markers.Expand(exchange.Target));
        // Left as it is, so that dots and escapes of the path reach the server.
        var uri = new Uri(node.RestUrl.ToString().TrimEnd('/') + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(exchange.Method), uri);
        if (exchange.Body is not null)
        {
            request.Content = new ByteArrayContent(_markers.Expand(exchange.Body));
            // A body that is too large is refused before it is sent, rather than by a cut connection.
            request.Headers.ExpectContinue = request.Content.Headers.ContentLength > 1 << 20;
        }

        foreach (var (name, value) in exchange.Headers)
        {
            var text = Encoding.UTF8.GetString(_markers.Expand(value));
            if (!request.Headers.TryAddWithoutValidation(name, text))
                (request.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation(name, text);
        }

        var http = exchange.Directive("as").Contains("nobody") || request.Headers.Contains("Authorization") ? _nobody : node.Http;
        return await http.SendAsync(request, Cancel);
    }

    private void Keep(string directive, string body)
    {
        var (name, path) = directive.Split('=', 2, StringSplitOptions.TrimEntries) is [var n, var p] ? (n, p) : throw new InvalidOperationException(directive);
        var value = path.Split('.').Aggregate(JsonNode.Parse(body), (node, step) => int.TryParse(step, out var index) ? node?[index] : node?[step]);
        _markers.Keep(name, (string?)value ?? throw new InvalidOperationException($"The response has no {path}: {body}"));
    }

    private string Print(HttpResponseMessage response, string body)
    {
        var text = new StringBuilder($">>> {(int)response.StatusCode} {response.ReasonPhrase}\n");
        foreach (var name in _shownHeaders)
        {
            if ((Values(response.Headers, name) ?? Values(response.Content.Headers, name)) is { } value)
                text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        }

        if (body.Length > 0)
            text.Append('\n').Append(response.Content.Headers.ContentType?.MediaType == "application/json" ? Indented(body) : body);
        return _markers.Contract(text.ToString().TrimEnd('\n'));
    }

    // Ids that the server gave away and nobody keeps differ from run to run.
    private static string WithoutNewIds(string text, Exchange exchange) => NewId().Matches(text)
        .Select(m => m.Groups[1].Value)
        .Where(id => !(exchange.Target + exchange.Body).Contains(id, StringComparison.Ordinal))
        .Distinct()
        .Aggregate(text, (t, id) => t.Replace(id, "{{uid}}", StringComparison.Ordinal));

    private static string? Values(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static string Indented(string json) => JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 256 })?.ToJsonString(_indented).ReplaceLineEndings("\n") ?? "null";

    [GeneratedRegex("\"uid\": \"([a-zA-Z][a-zA-Z0-9]{10})\"")]
    private static partial Regex NewId();
}
