using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf;
using Grpc.Core;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Writes a server stream as it comes: one JSON object a line, or server-sent events when the caller asks for
/// them. Nothing is kept back; a slow reader is felt by the handler through <see cref="WriteAsync(T)"/>.</summary>
internal sealed class RestStream<T> : IServerStreamWriter<T>, IDisposable
    where T : class
{
    private readonly HttpContext _http;
    private readonly StreamPlan _plan;
    private readonly RestFormatter _formatter;
    private readonly WriteScope _scope;
    private readonly bool _events;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A stream to the caller of the request.</summary>
    public RestStream(HttpContext http, StreamPlan plan, RestFormatter formatter)
    {
        (_http, _plan, _formatter, _scope) = (http, plan, formatter, formatter.ScopeOf(http));
        _events = http.Request.Headers.Accept.Any(a => a?.Contains("text/event-stream", StringComparison.OrdinalIgnoreCase) ?? false);
    }

    /// <summary>Status and headers are out.</summary>
    public bool IsOpen => _opened.Task.IsCompleted;

    /// <inheritdoc/>
    public WriteOptions? WriteOptions { get; set; }

    /// <summary>Resumes where the header <c>Last-Event-ID</c> says, as browsers send it by themselves.</summary>
    public void ReadResumeToken(IMessage request)
    {
        if (_http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } token])
            StreamPlan.Resume(request, token);
    }

    /// <summary>Sends the headers once the handler has kept silent for a while, so that the caller sees the stream open.
    /// Returns when it is open, or when the handler has ended.</summary>
    public async Task OpenWhenQuietAsync(Task handling, TimeSpan quiet, TimeProvider time)
    {
        if (handling.IsCompleted || IsOpen)
            return;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_http.RequestAborted);
        var delay = Task.Delay(quiet, time, enough.Token);
        var first = await Task.WhenAny(handling, _opened.Task, delay);
        await enough.CancelAsync();
        if (first == delay && !_http.RequestAborted.IsCancellationRequested)
            await OpenAsync();
    }

    /// <summary>Sends status and headers, unless they are out.</summary>
    public async Task OpenAsync()
    {
        await _turn.WaitAsync(_http.RequestAborted);
        try
        {
            if (IsOpen)
                return;
            Begin();
            await _http.Response.Body.FlushAsync(_http.RequestAborted);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    /// <inheritdoc/>
    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _turn.WaitAsync(_http.RequestAborted);
        var buffer = _formatter.Rent();
        try
        {
            Begin();
            var body = _plan.BodyOf((IMessage)message);
            if (_events)
            {
                Head(buffer, _plan.TokenOf(body), _plan.EventOf(body));
                buffer.Append("data: "u8);
            }

            _plan.Plan.Write(buffer, body, null, _scope);
            End(buffer);
            await SendAsync(buffer.Written);
        }
        finally
        {
            _formatter.Return(buffer);
            _turn.Release();
        }
    }

    /// <summary>Writes a failure as the last line or event.</summary>
    public async Task WriteFailureAsync(RestFailure failure)
    {
        await _turn.WaitAsync(_http.RequestAborted);
        var buffer = _formatter.Rent();
        try
        {
            if (_events)
            {
                Head(buffer, "", "error");
                if (failure.RetryAfter is { } retry)
                    Line(buffer, "retry: "u8, ((long)retry.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
                buffer.Append("data: "u8);
            }

            _formatter.WriteEnvelope(buffer, failure, _scope);
            End(buffer);
            await SendAsync(buffer.Written);
        }
        finally
        {
            _formatter.Return(buffer);
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private void Begin()
    {
        if (!_opened.TrySetResult())
            return;
        var response = _http.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = _events ? "text/event-stream" : "application/x-ndjson";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        // The body's writer flushes with every write; a caller that has left ends the handler.
        var result = await _http.Response.BodyWriter.WriteAsync(bytes, _http.RequestAborted);
        if (result.IsCompleted)
            throw new OperationCanceledException("The client closed the request.", _http.RequestAborted);
    }

    private static void Head(JsonOutput buffer, string token, string? name)
    {
        if (token.Length > 0)
            Line(buffer, "id: "u8, token);
        if (name is not null)
            Line(buffer, "event: "u8, name);
    }

    private void End(JsonOutput buffer)
    {
        buffer.Append(_events ? "\n\n"u8 : "\n"u8);
    }

    private static void Line(JsonOutput buffer, ReadOnlySpan<byte> name, string value)
    {
        buffer.Append(name);
        buffer.Append(Encoding.UTF8.GetBytes(value));
        buffer.Append("\n"u8);
    }
}
