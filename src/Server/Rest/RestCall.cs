using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Http.Features;

namespace Dhis2Grpc.Server.Rest;

/// <summary>One REST call of a contract's method, from routing to the response: a feature of its request. The
/// transcoder in between sees an empty request and writes to nowhere.</summary>
internal sealed class RestCall(RestRoute route, int? version)
{
    private static readonly byte[] _emptyJson = "{}"u8.ToArray();

    private IHttpResponseBodyFeature? _responseBody;
    private QueryString _query;
    private Stream? _body;
    private string? _contentType;

    /// <summary>The route.</summary>
    public RestRoute Route { get; } = route;

    /// <summary>Version in the path.</summary>
    public int? Version { get; } = version;

    /// <summary>Values of the path's variables.</summary>
    public RouteValueDictionary PathValues { get; private set; } = [];

    /// <summary>The request as bound.</summary>
    public IMessage? Request { get; set; }

    /// <summary>What the method answered.</summary>
    public IMessage? Response { get; set; }

    /// <summary>How it failed.</summary>
    public RestFailure? Failure { get; set; }

    /// <summary>The response was sent already, message by message.</summary>
    public bool Streamed { get; set; }

    /// <summary>Gives the transcoder nothing to bind, since it would refuse what DHIS2 accepts.</summary>
    public void HideRequest(HttpContext http)
    {
        var request = http.Request;
        PathValues = request.RouteValues;
        request.RouteValues = [];
        _query = request.QueryString;
        request.QueryString = QueryString.Empty;
        if (!Route.Request.HasBody)
            return;
        (_body, _contentType) = (request.Body, request.ContentType);
        request.Body = new MemoryStream(_emptyJson, writable: false);
        request.ContentType = "application/json";
    }

    /// <summary>Undoes <see cref="HideRequest"/>, so that handlers and the binder see what was sent.</summary>
    public void RestoreRequest(HttpContext http)
    {
        http.Request.QueryString = _query;
        http.Request.RouteValues = PathValues;
        if (_body is null)
            return;
        http.Request.Body = _body;
        http.Request.ContentType = _contentType;
    }

    /// <summary>Lets the transcoder write to nowhere.</summary>
    public void HideResponse(HttpContext http)
    {
        _responseBody = http.Features.Get<IHttpResponseBodyFeature>();
        http.Features.Set<IHttpResponseBodyFeature>(NoBody.Instance);
    }

    /// <summary>Undoes <see cref="HideResponse"/>.</summary>
    public void RestoreResponse(HttpContext http)
    {
        if (_responseBody is not null)
            http.Features.Set(_responseBody);
    }

    /// <summary>A response body that swallows everything and never starts.</summary>
    private sealed class NoBody : IHttpResponseBodyFeature
    {
        public static readonly NoBody Instance = new();

        public Stream Stream => Stream.Null;

        public PipeWriter Writer => PipeWriter.Create(Stream.Null);

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
