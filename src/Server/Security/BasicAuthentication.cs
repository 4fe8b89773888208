using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Net.Http.Headers;

namespace Dhis2Grpc.Server.Security;

/// <summary>HTTP Basic on both faces: gRPC's <c>authorization</c> metadata is the same header. Everything needs a login,
/// paths that do not exist too, unless its endpoint allows anonymous callers. The user becomes the request feature
/// <see cref="User"/>. A refusal is 401 with <c>WWW-Authenticate</c> and the request feature
/// <see cref="AuthenticationFailure"/>, or UNAUTHENTICATED for a gRPC call; a person in a browser is sent to the
/// <see cref="LoginPage"/>. It stands in for the framework's
/// authentication and authorization, which look for scheme, handler and policy anew in each request: measured, a fifth
/// of what a gRPC call costs. Requests without a Basic header may carry a session; see <see cref="Sessions"/>.</summary>
internal sealed class BasicAuthentication(RequestDelegate next, LoginVerifier verifier, Sessions sessions)
{
    /// <summary>Lets a request pass, or answers it.</summary>
    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return next(http);
        var header = http.Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !Credentials.IsBasic(value))
            return http.Request.Headers.Cookie.Count == 0 ? Refuse(http, AuthenticationFailure.Unauthorized) : GoWithSessionAsync(http);

        var address = http.Connection.RemoteIpAddress?.ToString() ?? "local";
        var login = verifier.VerifyAsync(value, address, http.RequestAborted);
        // Of a caller who was here before, it is known already.
        return login.IsCompletedSuccessfully ? Go(http, login.Result) : GoAsync(http, login);
    }

    private async Task GoAsync(HttpContext http, ValueTask<(User? User, string? Failure)> login) => await Go(http, await login);

    private Task Go(HttpContext http, (User? User, string? Failure) login)
    {
        if (login.User is null)
            return Refuse(http, login.Failure!);
        http.Features.Set(login.User);
        if (http.GetEndpoint()?.Metadata.GetMetadata<OpensSession>() is not null)
            sessions.Open(http, login.User);
        return next(http);
    }

    private async Task GoWithSessionAsync(HttpContext http) =>
        await Go(http, await sessions.FindAsync(http) is { } user ? (user, null) : (null, AuthenticationFailure.Unauthorized));

    private static Task Refuse(HttpContext http, string failure)
    {
        http.Features.Set(new AuthenticationFailure(failure));
        var response = http.Response;
        if (IsGrpc(http.Request))
        {
            // A gRPC client wants its status in an answer of headers only; HTTP's 401 would hide the message from it.
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = http.Request.ContentType;
            response.Headers["grpc-status"] = ((int)StatusCode.Unauthenticated).ToString(System.Globalization.CultureInfo.InvariantCulture);
            response.Headers["grpc-message"] = Uri.EscapeDataString(failure);
        }
        else if (LoginPage.IsFor(http.Request))
        {
            response.Redirect(LoginPage.Of(http));
        }
        else
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
            response.Headers.WWWAuthenticate = "Basic realm=\"DHIS2\"";
        }

        return Task.CompletedTask;
    }

    private static bool IsGrpc(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);
}
