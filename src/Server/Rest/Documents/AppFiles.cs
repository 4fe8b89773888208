using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Apps;
using Dhis2Grpc.Server.Security;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Serves installed apps: their files, the list of them, and the menu that apps show.</summary>
internal static class AppFiles
{
    private const string BaseUrlMark = "__DHIS2_BASE_URL__";
    private const string AppRootMark = "__DHIS2_APP_ROOT_URL__";
    private const int MaxPageSize = 4 << 20;

    // Members of a manifest that the list of apps repeats.
    private static readonly string[] Told = ["version", "description", "short_name", "launch_path", "core_app", "icons", "developer", "activities"];

    private static readonly FileExtensionContentTypeProvider Types = CreateTypes();

    /// <summary>Maps the routes. Each app answers under <c>/apps/{app}</c> and <c>/dhis-web-{app}</c>.</summary>
    public static void MapApps(this IEndpointRouteBuilder app)
    {
        app.MapGet("/apps/{app}/{**path}", FileAsync).WithMetadata(OpensSession.Instance);
        app.MapGet("/dhis-web-{app}/{**path}", FileAsync).WithMetadata(OpensSession.Instance);
        app.MapGet("/api/apps/{app}/{**path}", FileAsync).WithMetadata(AppDescriptions.File, OpensSession.Instance);
        app.MapGet("/api/apps", ListAsync).WithMetadata(AppDescriptions.List);
        app.MapGet("/dhis-web-commons/menu/getModules.action", ModulesAsync);
        app.MapGet("/api/staticContent/{key}", LogoAsync).WithMetadata(AppDescriptions.StaticContent);
    }

    private static Task FileAsync(HttpContext http, string app, string? path, InstalledApps apps)
    {
        if (apps.Find(app) is not { } installed)
            return NotFound(http);
        // Relative links of the page need the slash.
        if (path is null && !http.Request.Path.Value!.EndsWith('/'))
        {
            http.Response.Redirect($"{http.Request.PathBase}{RestVersion.FullPath(http)}/{http.Request.QueryString}");
            return Task.CompletedTask;
        }

        var wanted = path is null || path.EndsWith('/') ? path + (string.IsNullOrEmpty(path) ? installed.LaunchPath : "index.html") : path;
        if (InstalledApps.FindFile(installed, wanted) is not { } file)
            return NotFound(http);
        http.Response.Headers.XContentTypeOptions = "nosniff";
        if (wanted == InstalledApp.ManifestFile)
            return ManifestAsync(http, installed);
        var type = Types.TryGetContentType(file.Name, out var known) ? known : "application/octet-stream";
        return type == "text/html" && file.Length <= MaxPageSize
            ? PageAsync(http, installed, file)
            : Results.File(file.FullName, type, lastModified: file.LastWriteTimeUtc, entityTag: TagOf(file), enableRangeProcessing: true).ExecuteAsync(http);
    }

    // Pages learn where the server is from marks that DHIS2 replaces.
    private static async Task PageAsync(HttpContext http, InstalledApp app, FileInfo file)
    {
        var page = (await File.ReadAllTextAsync(file.FullName, http.RequestAborted))
            .Replace(BaseUrlMark, BaseUrl(http), StringComparison.Ordinal)
            .Replace(AppRootMark, $"{BaseUrl(http)}/api/apps/{app.Key}", StringComparison.Ordinal);
        http.Response.Headers.CacheControl = "no-cache, private";
        await SendAsync(http, "text/html; charset=utf-8", page);
    }

    // A star stands for the address of the server.
    private static Task ManifestAsync(HttpContext http, InstalledApp app)
    {
        if (app.Manifest["activities"]?["dhis"] is JsonObject dhis && dhis["href"]?.ToString() == "*")
            dhis["href"] = BaseUrl(http);
        return SendAsync(http, "application/json", app.Manifest.ToJsonString());
    }

    private static Task ListAsync(HttpContext http, InstalledApps apps) => SendAsync(http, "application/json", Json(writer =>
    {
        writer.WriteStartArray();
        foreach (var app in apps.List())
        {
            var manifest = app.Manifest.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
            writer.WriteStartObject();
            writer.WriteString("key", app.Key);
            writer.WriteString("name", app.Name);
            writer.WriteString("folderName", app.Key);
            writer.WriteString("appType", manifest.TryGetValue("appType", out var kind) && kind is JsonValue v && v.TryGetValue<string>(out var text) ? text : "APP");
            writer.WriteBoolean("isBundledApp", false);
            writer.WriteString("baseUrl", $"{BaseUrl(http)}/api/apps/{app.Key}");
            writer.WriteString("launchUrl", $"{BaseUrl(http)}/api/apps/{app.Key}/{app.LaunchPath}");
            foreach (var name in Told)
            {
                if (manifest.TryGetValue(name, out var value) && value is not null)
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }));

    private static Task ModulesAsync(HttpContext http, InstalledApps apps) => SendAsync(http, "application/json", Json(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("modules");
        foreach (var app in apps.List())
        {
            var url = $"{BaseUrl(http)}/api/apps/{app.Key}";
            writer.WriteStartObject();
            writer.WriteString("name", app.Key);
            writer.WriteString("namespace", "/" + app.Key);
            writer.WriteString("defaultAction", $"{url}/{app.LaunchPath}");
            writer.WriteString("displayName", app.Name);
            writer.WriteString("icon", app.Icon is { } icon ? $"{url}/{icon}" : $"{BaseUrl(http)}/api/staticContent/logo_banner");
            writer.WriteString("description", app.Description ?? "");
            writer.WriteString("version", app.Version ?? "");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }));

    private static Task LogoAsync(HttpContext http, string key)
    {
        if (key is not ("logo_banner" or "logo_front"))
            return NotFound(http);
        http.Response.Headers.CacheControl = "private, max-age=3600";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return SendAsync(http, "image/svg+xml", Logo.Svg);
    }

    // The edge gives it the envelope.
    private static Task NotFound(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task SendAsync(HttpContext http, string type, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            write(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static string BaseUrl(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}";

    private static EntityTagHeaderValue TagOf(FileInfo file) =>
        new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}\""));

    private static FileExtensionContentTypeProvider CreateTypes()
    {
        var types = new FileExtensionContentTypeProvider();
        types.Mappings[".webapp"] = "application/json";
        types.Mappings[".mjs"] = "text/javascript";
        return types;
    }
}
