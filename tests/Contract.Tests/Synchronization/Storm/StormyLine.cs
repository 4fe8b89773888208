using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>A line to a server that does harm while there is a storm. What it does to the n-th request comes from the seed and n.</summary>
internal sealed class StormyLine : IAsyncDisposable
{
    private static readonly Fault[] _faults = Enum.GetValues<Fault>()[1..];
    private static readonly string[] _hop = ["Host", "Connection", "Transfer-Encoding", "Content-Length", "Keep-Alive"];

    private readonly WebApplication _app;
    private readonly int _seed;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly ConcurrentDictionary<Fault, int> _done = [];
    private readonly ConcurrentQueue<Message> _late = [];
    private readonly ConcurrentDictionary<Task, byte> _delivering = [];
    private volatile Strike? _strike;
    private volatile Uri _server;
    private volatile bool _stormy;
    private int _requests;
    private int _posts;

    private StormyLine(WebApplication app, Uri server, int seed) => (_app, _server, _seed) = (app, server, seed);

    /// <summary>Where the line begins.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Login that is added to requests that have none.</summary>
    public string? Login { get; init; }

    /// <summary>What it did, for people.</summary>
    public string Story => string.Join(", ", _done.OrderBy(d => d.Key).Select(d => $"{d.Key} {d.Value}"));

    /// <summary>A line to a server.</summary>
    public static async Task<StormyLine> StartAsync(Uri server, int seed, string? login = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var line = new StormyLine(app, server, seed) { Login = login };
        app.Run(line.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        line.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return line;
    }

    /// <summary>Leads to another server from now on, such as one that was started again.</summary>
    public void LeadTo(Uri server) => _server = server;

    /// <summary>The storm begins.</summary>
    public void Rise() => _stormy = true;

    /// <summary>The storm is over: what was under way arrives, and then the line is a good one.</summary>
    public async Task CalmAsync()
    {
        _stormy = false;
        while (_late.TryDequeue(out var message))
            await DeliverAsync(message);
        await Task.WhenAll(_delivering.Keys);
    }

    /// <summary>Does something, once, when so many more bodies have come.</summary>
    public void StrikeAt(int posts, Moment moment, Func<Task> action) => _strike = new(_posts + posts, moment, action);

    /// <summary>Forgets what it was to do and has not done.</summary>
    public void NoStrike() => _strike = null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task HandleAsync(HttpContext http)
    {
        try
        {
            var message = await Message.ReadAsync(http.Request, Login);
            var dice = new Random(unchecked((_seed * 1_000_003) + Interlocked.Increment(ref _requests)));
            var isPost = message.Method == HttpMethod.Post;
            var strike = isPost ? Take(Interlocked.Increment(ref _posts)) : null;
            var fault = _stormy && dice.NextDouble() < (isPost ? 0.4 : 0.1) ? _faults[dice.Next(_faults.Length)] : Fault.None;
            // What changes nothing need not come late.
            if (!isPost && fault is Fault.Late or Fault.Echo)
                fault = Fault.CutBefore;
            if (strike is null)
                _done.AddOrUpdate(fault, 1, (_, n) => n + 1);
            if (strike is { Moment: Moment.Before })
                await strike.Action();
            var struck = strike is { Moment: Moment.During } ? strike.Action() : Task.CompletedTask;
            await PassAsync(http, message, strike is null ? fault : Fault.None, dice, strike is { Moment: Moment.After } ? strike.Action : null);
            await struck;
            if (dice.Next(3) == 0 && _late.TryDequeue(out var late))
                Deliver(late);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The server is gone, or the client.
            http.Abort();
        }
    }

    private Strike? Take(int post) => _strike is { } strike && post >= strike.At && Interlocked.CompareExchange(ref _strike, null, strike) == strike ? strike : null;

    private async Task PassAsync(HttpContext http, Message message, Fault fault, Random dice, Func<Task>? after)
    {
        switch (fault)
        {
            case Fault.Delay:
                await Task.Delay(TimeSpan.FromMilliseconds(dice.Next(30)), TimeProvider.System, http.RequestAborted);
                break;
            case Fault.CutBefore:
                http.Abort();
                return;
            case Fault.CutInRequest:
                await SendAsync(message, new CutContent(message.Body, dice.Next(message.Body.Length + 1)));
                http.Abort();
                return;
            case Fault.Late:
                _late.Enqueue(message);
                http.Abort();
                return;
            case Fault.Refuse:
                await RefuseAsync(http, dice);
                return;
            case Fault.TruncateRequest:
                message = message with { Body = message.Body[..dice.Next(message.Body.Length + 1)] };
                break;
            case Fault.Repeat:
                await SendAsync(message);
                break;
            case Fault.Double:
                Deliver(message);
                break;
            case Fault.Echo:
                _late.Enqueue(message);
                break;
        }

        var answer = await SendAsync(message);
        if (after is not null)
            await after();
        switch (fault)
        {
            case Fault.CutBeforeAnswer:
                http.Abort();
                break;
            case Fault.Deny:
                await RefuseAsync(http, dice);
                break;
            case Fault.Page:
                http.Response.ContentType = "text/html";
                await http.Response.WriteAsync("<html><h1>Welcome to the hotel's network</h1></html>", http.RequestAborted);
                break;
            default:
                await AnswerAsync(http, answer, fault, dice);
                break;
        }
    }

    private static async Task AnswerAsync(HttpContext http, Answer answer, Fault fault, Random dice)
    {
        var cut = dice.Next(answer.Body.Length + 1);
        http.Response.StatusCode = (int)answer.Status;
        foreach (var (name, value) in answer.Headers)
            http.Response.Headers[name] = value;
        var sent = fault is Fault.CutInAnswer or Fault.TruncateAnswer ? answer.Body[..cut] : answer.Body;
        http.Response.ContentLength = fault == Fault.CutInAnswer ? answer.Body.Length : sent.Length;
        await http.Response.Body.WriteAsync(sent, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        if (fault == Fault.CutInAnswer)
            http.Abort();
    }

    private static async Task RefuseAsync(HttpContext http, Random dice)
    {
        http.Response.StatusCode = new[] { 500, 503, 429 }[dice.Next(3)];
        if (dice.Next(3) is > 0 and var form)
            http.Response.Headers.RetryAfter = form == 1 ? "1" : DateTimeOffset.UnixEpoch.ToString("R", CultureInfo.InvariantCulture);
        http.Response.ContentType = "text/html";
        await http.Response.WriteAsync("<html>Try again later</html>", http.RequestAborted);
    }

    private void Deliver(Message message)
    {
        var task = DeliverAsync(message);
        _delivering[task] = 0;
        _ = task.ContinueWith(done => _delivering.TryRemove(done, out _), TaskScheduler.Default);
    }

    // Nobody waits for the answer.
    private async Task DeliverAsync(Message message)
    {
        try
        {
            await SendAsync(message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The server is gone.
        }
    }

    private async Task<Answer> SendAsync(Message message, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(message.Method, new Uri(_server, message.Path));
        if (message.Method != HttpMethod.Get)
            request.Content = content ?? new ByteArrayContent(message.Body);
        foreach (var (name, value) in message.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await _http.SendAsync(request, CancellationToken.None);
        var headers = response.Headers.Concat(response.Content.Headers).Where(h => !_hop.Contains(h.Key)).Select(h => (h.Key, string.Join(", ", h.Value)));
        return new(response.StatusCode, [.. headers], await response.Content.ReadAsByteArrayAsync(CancellationToken.None));
    }

    private sealed record Strike(int At, Moment Moment, Func<Task> Action);

    private sealed record Answer(HttpStatusCode Status, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body);

    private sealed record Message(HttpMethod Method, string Path, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
    {
        public static async Task<Message> ReadAsync(HttpRequest request, string? login)
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
            List<(string, string)> headers = [.. request.Headers.Where(h => !_hop.Contains(h.Key)).Select(h => (h.Key, h.Value.ToString()))];
            if (login is not null && !request.Headers.ContainsKey("Authorization"))
                headers.Add(("Authorization", login));
            return new(HttpMethod.Parse(request.Method), request.Path.Value + request.QueryString.Value, headers, body.ToArray());
        }
    }

    // Says how long it is, and ends before.
    private sealed class CutContent(byte[] body, int cut) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, cut));
            await stream.FlushAsync();
            throw new IOException("The line is cut.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}

/// <summary>When something strikes, seen from a body on its way.</summary>
internal enum Moment
{
    /// <summary>It has not reached the server.</summary>
    Before,

    /// <summary>The server is at work on it.</summary>
    During,

    /// <summary>The server has answered, and the client does not know.</summary>
    After,
}
