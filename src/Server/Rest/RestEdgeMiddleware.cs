using System.Collections.Concurrent;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Rest.Schema;
using Dhis2Grpc.Server.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.WebUtilities;

namespace Dhis2Grpc.Server.Rest;

/// <summary>The outer half of the edge: prepares calls of contract methods for <see cref="RestCapture"/>, writes what it
/// kept, and turns every other failure of a REST request into DHIS2's envelope.</summary>
internal sealed class RestEdgeMiddleware(RequestDelegate next, RestSchema schema, RestFormatter formatter, ILogger<RestEdgeMiddleware> log)
{
    private readonly ConcurrentDictionary<GrpcJsonTranscodingMetadata, RestRoute> _routes = new();

    /// <summary>Handles a request.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase))
            return next(http);
        if (http.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is not { } metadata)
            return GuardAsync(http, null);
        var route = _routes.GetOrAdd(metadata, static (m, s) => new RestRoute(m.MethodDescriptor, m.HttpRule, s), schema);
        // A watch has no end, and so no headers that tell of one.
        if (route.Stream is not null && HeadRequest.Is(http))
            return formatter.WriteAsync(http, new RestFailure(StatusCodes.Status405MethodNotAllowed, "A watch can be read by GET only.")).AsTask();
        var call = new RestCall(route, RestVersion.Of(http));
        call.HideRequest(http);
        http.Features.Set(call);
        return GuardAsync(http, call);
    }

    /// <summary>The failure that a broken or refused request means.</summary>
    public static RestFailure FailureOf(BadHttpRequestException e) => e.StatusCode == StatusCodes.Status413PayloadTooLarge
        ? new RestFailure(e.StatusCode, "The request body is too large.")
        : new RestFailure(e.StatusCode, e.Message);

    /// <summary>Logs what nobody expected; the caller learns only where the log has it.</summary>
    public static RestFailure Unexpected(Exception e, HttpContext http, ILogger log)
    {
        var reference = Guid.NewGuid().ToString("N")[..12];
        RestLog.Unexpected(log, e, http.Request.Method, http.Request.Path.Value ?? "", reference);
        return new RestFailure(StatusCodes.Status500InternalServerError, $"The server failed unexpectedly; its log has the details under {reference}.");
    }

    private async Task GuardAsync(HttpContext http, RestCall? call)
    {
        RestFailure? failure;
        try
        {
            await next(http);
            if (call is not null)
            {
                call.RestoreResponse(http);
                if (call.Streamed || http.RequestAborted.IsCancellationRequested)
                    return;
                if (call.Response is not null && call.Failure is null)
                {
                    await formatter.WriteAsync(http, call.Route, call);
                    return;
                }
            }

            failure = call?.Failure ?? FailureOfStatus(http);
        }
        catch (Dhis2Exception e)
        {
            failure = RestFailure.From(e);
        }
        catch (BadHttpRequestException e)
        {
            failure = FailureOf(e);
        }
        catch (Exception e) when (IsGone(http, e))
        {
            return;
        }
        catch (Exception e)
        {
            failure = Unexpected(e, http, log);
        }

        if (failure is null)
            return;
        // Half a body cannot be taken back; cutting the connection tells the client that it is half a body.
        if (http.Response.HasStarted)
            http.Abort();
        else if (call is { Route.Options.ReportAsSuccessUntil40: true } && failure.Report is { } report && RestVersion.IsUntil40(call.Version))
            await RestResponse.WriteAsync(http, report, call.Route.SuccessStatus);
        else
            await formatter.WriteAsync(http, failure);
    }

    // What routing, authentication and others refuse without a body.
    // The caller left in the middle of its request, or was cut off because the server could not wait longer for it.
    private static bool IsGone(HttpContext http, Exception e) => e switch
    {
        ConnectionAbortedException or ConnectionResetException or { InnerException: ConnectionAbortedException or ConnectionResetException } => true,
        OperationCanceledException => http.RequestAborted.IsCancellationRequested,
        _ => false,
    };

    private static RestFailure? FailureOfStatus(HttpContext http)
    {
        var response = http.Response;
        if (response.StatusCode < StatusCodes.Status400BadRequest || response.HasStarted || response.ContentLength > 0 || response.ContentType is not null)
            return null;
        var path = http.Request.PathBase + RestVersion.FullPath(http);
        return new RestFailure(response.StatusCode, response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => http.Features.Get<AuthenticationFailure>()?.Message ?? AuthenticationFailure.Unauthorized,
            StatusCodes.Status404NotFound => $"The path {path} does not exist.",
            StatusCodes.Status405MethodNotAllowed => $"The method {http.Request.Method} is not supported for {path}; supported: {response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType => $"The media type {http.Request.ContentType} is not supported here.",
            _ => ReasonPhrases.GetReasonPhrase(response.StatusCode),
        });
    }
}
