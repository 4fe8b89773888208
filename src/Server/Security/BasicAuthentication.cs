using System.Security.Claims;
using System.Text.Encodings.Web;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Dhis2Grpc.Server.Security;

/// <summary>HTTP Basic on both faces: gRPC's <c>authorization</c> metadata is the same header. The user becomes the
/// request feature <see cref="User"/>. A refusal is 401 with <c>WWW-Authenticate</c> and the request feature
/// <see cref="AuthenticationFailure"/>, or UNAUTHENTICATED for a gRPC call.</summary>
internal sealed class BasicAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, LoginVerifier verifier)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string SchemeName = "Basic";

    /// <inheritdoc/>
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !Credentials.IsBasic(value))
            return AuthenticateResult.NoResult();

        var address = Context.Connection.RemoteIpAddress?.ToString() ?? "local";
        var (user, failure) = await verifier.VerifyAsync(value, address, Context.RequestAborted).ConfigureAwait(false);
        if (user is null)
        {
            Context.Features.Set(new AuthenticationFailure(failure!));
            return AuthenticateResult.Fail(failure!);
        }

        Context.Features.Set(user);
        var identity = new ClaimsIdentity(
            [new(ClaimTypes.NameIdentifier, user.Uid), new(ClaimTypes.Name, user.Username)], Scheme.Name);
        return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = Context.Features.Get<AuthenticationFailure>();
        if (failure is null)
            Context.Features.Set(failure = new(AuthenticationFailure.Unauthorized));

        if (IsGrpc())
        {
            // A gRPC client wants its status in an answer of headers only; HTTP's 401 would hide the message from it.
            Response.StatusCode = StatusCodes.Status200OK;
            Response.ContentType = Request.ContentType;
            Response.Headers["grpc-status"] = ((int)StatusCode.Unauthenticated).ToString(System.Globalization.CultureInfo.InvariantCulture);
            Response.Headers["grpc-message"] = Uri.EscapeDataString(failure.Message);
            return Task.CompletedTask;
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers[HeaderNames.WWWAuthenticate] = "Basic realm=\"DHIS2\"";
        return Task.CompletedTask;
    }

    private bool IsGrpc() =>
        MediaTypeHeaderValue.TryParse(Request.ContentType, out var type)
        && type.MediaType.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);
}
