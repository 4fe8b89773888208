using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Contract.Tests.Synchronization;

/// <summary>A remote server in this process that answers as the test says: by default as a DHIS2 server that accepts everybody.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Peer(WebApplication app) => _app = app;

    /// <summary>Base URL.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<PeerRequest> Requests { get; } = [];

    /// <summary>Bodies that were sent to the path, in order.</summary>
    public List<PeerRequest> Posts(string path) => [.. Requests.Where(r => r.Method == "POST" && r.Path == path)];

    /// <summary>Answers a request; null leaves it to the default.</summary>
    public Func<PeerRequest, PeerAnswer?> Answer { get; set; } = _ => null;

    /// <summary>DHIS2 version that it tells.</summary>
    public string Version { get; set; } = "2.40.1";

    /// <summary>Starts one, by https when a certificate is given.</summary>
    public static async Task<Peer> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            k.Listen(IPAddress.Loopback, 0, l =>
            {
                if (certificate is not null)
                    l.UseHttps(certificate);
            });
        });
        var app = builder.Build();
        var peer = new Peer(app);
        app.Run(peer.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        peer.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var copy = new MemoryStream();
        await http.Request.Body.CopyToAsync(copy, http.RequestAborted);
        var bytes = copy.ToArray();
        var gzip = bytes is [0x1f, 0x8b, ..];
        var request = new PeerRequest(http.Request.Method, http.Request.Path.Value!, http.Request.QueryString.Value!,
            http.Request.Headers.Authorization.ToString(), gzip ? Unzip(bytes) : Encoding.UTF8.GetString(bytes), bytes.Length, gzip)
        {
            RequestNumber = http.Request.Headers["X-DHIS2-Request"].ToString(),
        };
        Requests.Enqueue(request);
        var answer = Answer(request) ?? Default(request);
        if (answer.Abort)
        {
            http.Abort();
            return;
        }
        if (answer.Hang)
            await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.Type;
        foreach (var (name, value) in answer.Headers)
            http.Response.Headers[name] = value;
        if (answer.Bytes is { } sent)
            await http.Response.Body.WriteAsync(sent, http.RequestAborted);
        else if (answer.Body.Length > 0)
            await http.Response.WriteAsync(answer.Body, http.RequestAborted);
    }

    private PeerAnswer Default(PeerRequest request) => request.Path switch
    {
        "/api/system/ping" => new(200, "pong", "text/plain"),
        "/api/me" => new(200, """{"id":"userRemote1","username":"remote"}"""),
        "/api/system/info" => new(200, $$"""{"version":"{{Version}}","systemId":"peer"}"""),
        "/api/dataValueSets" or "/api/completeDataSetRegistrations" => PeerAnswer.Success,
        _ => new(404, "<html>not here</html>", "text/html"),
    };

    private static string Unzip(byte[] bytes)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}

/// <summary>A request as the peer got it.</summary>
internal sealed record PeerRequest(string Method, string Path, string Query, string Authorization, string Body, int Bytes, bool Gzip)
{
    /// <summary>Number that a node of ours gives its requests.</summary>
    public string RequestNumber { get; init; } = "";
}

/// <summary>An answer of the peer.</summary>
internal sealed record PeerAnswer(int Status, string Body = "", string Type = "application/json")
{
    public static PeerAnswer Success { get; } = new(200, """
        {"httpStatus":"OK","httpStatusCode":200,"status":"OK","message":"Import was successful.","response":{"responseType":"ImportSummary","status":"SUCCESS",
         "importCount":{"imported":1,"updated":0,"ignored":0,"deleted":0},"conflicts":[],"rejectedIndexes":[],"dataSetComplete":"false"}}
        """);

    /// <summary>Send these in place of the text.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>Cut the connection instead.</summary>
    public bool Abort { get; init; }

    /// <summary>Say nothing until the caller goes away.</summary>
    public bool Hang { get; init; }

    /// <summary>Headers of the answer.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];
}
