using Dhis2Grpc.Client.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Dhis2Grpc.Client.Connection;

/// <summary>Adds login and deadline to every call, and turns every failure into <see cref="Dhis2Exception"/>.</summary>
internal sealed class CallInterceptor(Dhis2ClientOptions options) : Interceptor
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, Prepare(context, limited: true));
        return new(
            Translate(call.ResponseAsync, context.Options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers,
            call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, Prepare(context, limited: false));
        return new(
            new TranslatingReader<TResponse>(call.ResponseStream), call.ResponseHeadersAsync, call.GetStatus,
            call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(Prepare(context, limited: false));
        return new(
            call.RequestStream, Translate(call.ResponseAsync, context.Options.CancellationToken), call.ResponseHeadersAsync, call.GetStatus,
            call.GetTrailers, call.Dispose);
    }

    private ClientInterceptorContext<TRequest, TResponse> Prepare<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, bool limited)
        where TRequest : class
        where TResponse : class
    {
        var call = context.Options;
        if (options.Credentials is { } login)
        {
            var headers = new Metadata { { "authorization", login.Authorization } };
            foreach (var entry in call.Headers ?? [])
                headers.Add(entry);
            call = call.WithHeaders(headers);
        }

        if (limited && call.Deadline is null)
            call = call.WithDeadline(options.TimeProvider.GetUtcNow().UtcDateTime + options.CallTimeout);
        return new(context.Method, context.Host, call);
    }

    private static async Task<T> Translate<T>(Task<T> response, CancellationToken cancellationToken)
    {
        try
        {
            return await response;
        }
        catch (RpcException e)
        {
            throw Dhis2Exception.FromCall(e, cancellationToken);
        }
    }

    private sealed class TranslatingReader<T>(IAsyncStreamReader<T> inner) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                return await inner.MoveNext(cancellationToken);
            }
            catch (RpcException e)
            {
                throw Dhis2Exception.FromCall(e, cancellationToken);
            }
        }
    }
}
