using Dhis2Grpc.Server.Errors;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Typed capture: for calls that came in by REST it binds the request itself, and keeps the response or failure
/// as an object for <see cref="RestEdgeMiddleware"/> to write. The transcoder gets an empty message. Other calls pass.</summary>
internal sealed class RestCapture(RestFormatter formatter, IOptions<RestOptions> options, TimeProvider time, ILogger<RestCapture> log) : Interceptor
{
    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var http = context.GetHttpContext();
        return http.Features.Get<RestCall>() is { } call
            ? CaptureAsync(call, http, request, context, continuation)
            : continuation(request, context);
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var http = context.GetHttpContext();
        return http.Features.Get<RestCall>() is { } call
            ? StreamAsync(call, http, request, context, continuation)
            : continuation(request, responseStream, context);
    }

    private async Task<TResponse> CaptureAsync<TRequest, TResponse>(
        RestCall call, HttpContext http, TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        try
        {
            await BindAsync(call, http, (IMessage)request);
            var response = await continuation(request, context);
            if (context.Status.StatusCode != StatusCode.OK)
                throw new RpcException(context.Status);
            call.Response = response as IMessage ?? throw new InvalidOperationException($"{context.Method} answered nothing.");
        }
        catch (Exception e)
        {
            call.Failure = FailureOf(e, http);
        }

        call.HideResponse(http);
        return Empty<TResponse>.Message;
    }

    private async Task StreamAsync<TRequest, TResponse>(
        RestCall call, HttpContext http, TRequest request, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        where TRequest : class
        where TResponse : class
    {
        using var stream = new RestStream<TResponse>(http, call.Route.Stream!, formatter);
        try
        {
            await BindAsync(call, http, (IMessage)request);
            stream.ReadResumeToken((IMessage)request);
            var handling = continuation(request, stream, context);
            await stream.OpenWhenQuietAsync(handling, options.Value.StreamOpensAfter, time);
            await handling;
            await stream.OpenAsync();
        }
        catch (Exception e)
        {
            var failure = FailureOf(e, http);
            // Headers are out: the failure becomes the last message.
            if (stream.IsOpen && !http.RequestAborted.IsCancellationRequested)
                await stream.WriteFailureAsync(failure);
            else
                call.Failure = failure;
        }

        call.Streamed = stream.IsOpen;
        call.HideResponse(http);
    }

    private ValueTask BindAsync(RestCall call, HttpContext http, IMessage request)
    {
        call.RestoreRequest(http);
        call.Request = request;
        return call.Route.Request.BindAsync(request, http, call.PathValues, options.Value.Zone);
    }

    private RestFailure FailureOf(Exception e, HttpContext http) => e switch
    {
        Dhis2Exception known => RestFailure.From(known),
        RpcException rpc => RestFailure.From(rpc),
        BadHttpRequestException bad => RestEdgeMiddleware.FailureOf(bad),
        OperationCanceledException gone when http.RequestAborted.IsCancellationRequested || gone.CancellationToken == http.RequestAborted => new RestFailure(StatusCodes.Status499ClientClosedRequest, "The client closed the request."),
        _ => RestEdgeMiddleware.Unexpected(e, http, log),
    };

    private static class Empty<T>
        where T : class
    {
        public static readonly T Message = Activator.CreateInstance<T>();
    }
}
