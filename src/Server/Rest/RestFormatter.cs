using System.Globalization;
using Dhis2.Common.V1;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Rest.Schema;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Writes whole responses.</summary>
internal sealed class RestFormatter(RestSchema schema, IOptions<RestOptions> options)
{
    private readonly ObjectPool<JsonOutput> _buffers = new DefaultObjectPool<JsonOutput>(new BufferPolicy());

    /// <summary>The scope of a request's response.</summary>
    public WriteScope ScopeOf(HttpContext http) => new(options.Value.Zone, http.Request, RestVersion.Of(http));

    /// <summary>A buffer to compose a body in; give it back with <see cref="Return"/>.</summary>
    public JsonOutput Rent() => _buffers.Get();

    /// <summary>Takes a buffer back.</summary>
    public void Return(JsonOutput buffer) => _buffers.Return(buffer);

    /// <summary>Writes the answer of a method as its options say.</summary>
    public async ValueTask WriteAsync(HttpContext http, RestRoute route, RestCall call)
    {
        var message = call.Response!;
        var scope = new WriteScope(options.Value.Zone, http.Request, call.Version);
        var status = route.SuccessStatus;
        if (route.Location is { } location)
            http.Response.Headers.Location = location.Format(message, scope);
        if (route.Options.EmptyResponse || route.Request.IsPartial(call.Request))
        {
            http.Response.StatusCode = route.Options.EmptyResponse ? status : StatusCodes.Status204NoContent;
            // The transcoder has named a type; there is nothing to be of it.
            http.Response.ContentType = null;
            return;
        }

        if (route.TextOf(message) is { } text)
        {
            await SendTextAsync(http, status, text);
            return;
        }

        route.LinkPages(http, message, scope);
        var buffer = _buffers.Get();
        try
        {
            if (route.Options.Envelope == Envelope.WebMessage)
                WebMessage.Write(buffer, status, null, null, route.EnvelopeBody(message), null, scope);
            else if (!route.TryWriteBody(buffer, message, call, scope))
                buffer.Reset();
            await SendAsync(http, status, buffer.Written);
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    /// <summary>Writes a message, bare or in an envelope.</summary>
    public async ValueTask WriteAsync(HttpContext http, IMessage message, int status, Envelope envelope, string? text, string? outcome)
    {
        var scope = ScopeOf(http);
        var plan = schema.Write(message.Descriptor);
        var buffer = _buffers.Get();
        try
        {
            if (envelope == Envelope.WebMessage)
                WebMessage.Write(buffer, status, outcome, text, (plan, message), null, scope);
            else
                plan.Write(buffer, message, null, scope);
            await SendAsync(http, status, buffer.Written);
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    /// <summary>Writes an envelope with a message and nothing else.</summary>
    public async ValueTask WriteAsync(HttpContext http, int status, string text)
    {
        var buffer = _buffers.Get();
        try
        {
            WebMessage.Write(buffer, status, null, text, null, null, ScopeOf(http));
            await SendAsync(http, status, buffer.Written);
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    /// <summary>Writes the envelope of a failure, with the headers that go with it.</summary>
    public async ValueTask WriteAsync(HttpContext http, RestFailure failure)
    {
        failure = failure.In(RestVersion.Of(http));
        if (failure.RetryAfter is { } retry)
            http.Response.Headers.RetryAfter = Math.Ceiling(retry.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (failure.Status == StatusCodes.Status401Unauthorized && http.Response.Headers.WWWAuthenticate.Count == 0)
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"DHIS2\", charset=\"UTF-8\"";
        var buffer = _buffers.Get();
        try
        {
            WriteEnvelope(buffer, failure, ScopeOf(http));
            await SendAsync(http, failure.Status, buffer.Written);
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    /// <summary>Writes the envelope of a failure into a buffer.</summary>
    public void WriteEnvelope(JsonOutput buffer, RestFailure failure, WriteScope scope) => WebMessage.Write(
        buffer, failure.Status, null, failure.EnvelopeMessage,
        failure.Report is { } report ? (schema.Write(ObjectReport.Descriptor), report) : null, failure.ErrorCode, scope, failure.Detail);

    private static ValueTask SendAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        var response = http.Response;
        response.StatusCode = status;
        if (status >= StatusCodes.Status400BadRequest)
            response.Headers.CacheControl = "no-cache, private";
        // Nothing is of no type: clients would try to read it.
        response.ContentType = body.Length > 0 ? "application/json" : null;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static Task SendTextAsync(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = new MediaTypeHeaderValue("text/plain").ToString();
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    private sealed class BufferPolicy : PooledObjectPolicy<JsonOutput>
    {
        public override JsonOutput Create() => new();

        public override bool Return(JsonOutput obj)
        {
            obj.Reset();
            return true;
        }
    }
}
