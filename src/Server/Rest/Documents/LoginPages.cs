using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dhis2Grpc.Server.Apps;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Microsoft.AspNetCore.Authorization;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>How browsers log in: the page to which those without a login are sent, and the requests of DHIS2's own login
/// dialogs. Who logs in gets a session.</summary>
internal static class LoginPages
{
    private const string Login = "/dhis-web-commons-security/login.action";
    private const string Logout = "/dhis-web-commons-security/logout.action";
    private const string Start = "/api/docs/";
    private const int MaxBody = 16 << 10;

    private static readonly AllowAnonymousAttribute Anybody = new();

    /// <summary>Maps the routes.</summary>
    public static void MapLogin(this IEndpointRouteBuilder app)
    {
        app.MapGet(LoginPage.Path, PageAsync).WithMetadata(Anybody);
        app.MapPost(Login, FormAsync).WithMetadata(Anybody);
        app.MapPost("/api/auth/login", JsonAsync).WithMetadata(Anybody, LoginDescriptions.Login);
        app.MapMethods(Logout, [HttpMethods.Get, HttpMethods.Post], LeaveAsync).WithMetadata(Anybody);
    }

    private static Task PageAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var failed = query.ContainsKey("failed") ? "<p role=\"alert\">The user name or the password is wrong, or the account is locked or disabled.</p>" : "";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.XFrameOptions = "DENY";
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(
            $$"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <link rel="icon" href="data:,">
            <title>Log in</title>
            <style>
              body { font: 16px sans-serif; background: #f3f5f7; color: #212934 }
              form { max-width: 20em; margin: 4em auto; padding: 2em; background: #fff; border-radius: 4px }
              label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit }
              input { margin: .3em 0 1em; padding: .5em }
              button { padding: .6em; border: 0; border-radius: 4px; background: #2c6693; color: #fff }
              p { color: #b71c1c }
            </style>
            <form method="post" action="{{Login}}">
              <h1>Log in</h1>
              {{failed}}
              <label>User name <input name="j_username" autocomplete="username" autofocus required></label>
              <label>Password <input name="j_password" type="password" autocomplete="current-password" required></label>
              <input type="hidden" name="{{LoginPage.Return}}" value="{{HtmlEncoder.Default.Encode(LocalPath(query[LoginPage.Return]) ?? "")}}">
              <button>Log in</button>
            </form>
            </html>
            """,
            http.RequestAborted);
    }

    private static async Task FormAsync(HttpContext http, LoginVerifier verifier, Sessions sessions, InstalledApps apps)
    {
        if (!http.Request.HasFormContentType)
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "The login is a form.") { HttpStatus = StatusCodes.Status415UnsupportedMediaType };
        if (http.Request.ContentLength > MaxBody)
            throw new Dhis2Exception(ErrorKind.TooLarge, "The request body is too large.");
        IFormCollection form;
        try
        {
            form = await http.Request.ReadFormAsync(new Microsoft.AspNetCore.Http.Features.FormOptions { BufferBodyLengthLimit = MaxBody, ValueCountLimit = 20 }, http.RequestAborted);
        }
        catch (InvalidDataException e)
        {
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "The form cannot be read.", null, e);
        }

        var wanted = LocalPath(form[LoginPage.Return]);
        var (user, _) = await VerifyAsync(http, verifier, form["j_username"], form["j_password"]);
        if (user is null)
        {
            http.Response.Redirect($"{LoginPage.Path}?failed=true&{LoginPage.Return}={Uri.EscapeDataString(wanted ?? "")}");
            return;
        }

        sessions.Open(http, user);
        http.Response.Redirect(wanted ?? StartOf(apps));
    }

    private static async Task JsonAsync(HttpContext http, LoginVerifier verifier, Sessions sessions, InstalledApps apps)
    {
        if (http.Request.ContentLength > MaxBody)
            throw new Dhis2Exception(ErrorKind.TooLarge, "The request body is too large.");
        var (name, password) = await ReadAsync(http);
        var (user, failure) = await VerifyAsync(http, verifier, name, password);
        if (user is null)
            throw new Dhis2Exception(ErrorKind.Unauthenticated, failure!);
        sessions.Open(http, user);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync($$"""{"loginStatus":"SUCCESS","redirectUrl":{{JsonSerializer.Serialize(StartOf(apps))}}}""", http.RequestAborted);
    }

    private static Task LeaveAsync(HttpContext http)
    {
        Sessions.Close(http);
        http.Response.Redirect(LoginPage.Path);
        return Task.CompletedTask;
    }

    private static async Task<(string? Name, string? Password)> ReadAsync(HttpContext http)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            return (Text(body.RootElement, "username"), Text(body.RootElement, "password"));
        }
        catch (JsonException e)
        {
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "The request body is not valid JSON.", null, e) { HttpStatus = StatusCodes.Status409Conflict };
        }
    }

    private static string? Text(JsonElement body, string name) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // The same way as any login: it counts for the lock, and costs the same when the user does not exist.
    private static async ValueTask<(User? User, string? Failure)> VerifyAsync(HttpContext http, LoginVerifier verifier, string? name, string? password)
    {
        if (string.IsNullOrEmpty(name) || name.Contains(':', StringComparison.Ordinal))
            return (null, AuthenticationFailure.Unauthorized);
        var header = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"));
        return await verifier.VerifyAsync(header, http.Connection.RemoteIpAddress?.ToString() ?? "local", http.RequestAborted);
    }

    private static string StartOf(InstalledApps apps) => apps.List() is [var first, ..] ? $"/dhis-web-{first.Key}/" : Start;

    // Nobody is led away to another server.
    private static string? LocalPath(string? path) =>
        path is ['/', ..] and not ['/', '/' or '\\', ..] && !path.Any(char.IsControl) ? path : null;
}
