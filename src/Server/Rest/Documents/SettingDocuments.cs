using System.Globalization;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Settings;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>System settings over REST: one as JSON or as plain text, many as one JSON object with a member a key.</summary>
internal static class SettingDocuments
{
    private const string All = "/api/systemSettings";
    private const string One = "/api/systemSettings/{key}";

    /// <summary>Maps the routes.</summary>
    public static void MapSettingDocuments(this IEndpointRouteBuilder app)
    {
        app.MapGet(All, ListAsync).WithSummary("SystemSettingsService.ListSystemSettings").WithMetadata(SettingDescriptions.List);
        app.MapPost(All, SetAllAsync).WithSummary("SystemSettingsService.SetSystemSettings").WithMetadata(SettingDescriptions.SetAll);
        app.MapGet(One, GetAsync).WithSummary("SystemSettingsService.GetSystemSetting").WithMetadata(SettingDescriptions.Get);
        app.MapPost(One, SetAsync).WithSummary("SystemSettingsService.SetSystemSettings").WithMetadata(SettingDescriptions.Set);
        app.MapDelete(One, DeleteAsync).WithSummary("SystemSettingsService.DeleteSystemSetting").WithMetadata(SettingDescriptions.Delete);
    }

    private static async Task ListAsync(HttpContext http, SystemSettings settings, IOptions<SettingsOptions> options)
    {
        var asked = http.Request.Query["key"].SelectMany(k => (k ?? "").Split(',')).ToHashSet(StringComparer.Ordinal);
        var values = await settings.ListAsync(http.RequestAborted);
        await WriteAsync(http, values.Where(v => !v.Definition.Confidential && (asked.Count == 0 || asked.Contains(v.Definition.Key))), options.Value.Zone);
    }

    private static async Task GetAsync(HttpContext http, string key, SystemSettings settings, IOptions<SettingsOptions> options)
    {
        var value = await settings.GetAsync(key, http.RequestAborted);
        if (value.Text is not { } text)
            throw new Dhis2Exception(ErrorKind.PermissionDenied, $"Setting is confidential: {key}", "E1006");
        if (!PrefersText(http.Request))
        {
            await WriteAsync(http, [value], options.Value.Zone);
            return;
        }
        http.Response.Headers.CacheControl = "no-cache, private";
        http.Response.ContentType = "text/plain";
        await http.Response.WriteAsync(value.Definition.Type == SettingType.Date ? Local(text, options.Value.Zone) : text, http.RequestAborted);
    }

    private static async Task SetAsync(HttpContext http, string key, SystemSettings settings)
    {
        http.Caller().RequireSettings();
        await settings.SetAsync(key, await ValueAsync(http), http.RequestAborted);
        await RestResponse.WriteAsync(http, $"System setting '{key}' set.");
    }

    private static async Task SetAllAsync(HttpContext http, SystemSettings settings)
    {
        http.Caller().RequireSettings();
        var type = MediaType.Of(http.Request);
        if (!type.IsJson)
            throw type.Unsupported("application/json");
        using var body = Parse(await BodyAsync(http));
        if (body.RootElement.ValueKind != JsonValueKind.Object)
            throw Unreadable("The request body must be a JSON object with a member for each setting.");
        await settings.SetAsync([.. body.RootElement.EnumerateObject().Select(m => KeyValuePair.Create(m.Name, Text(m.Value)))], http.RequestAborted);
        await RestResponse.WriteAsync(http, "System settings imported");
    }

    private static async Task DeleteAsync(HttpContext http, string key, SystemSettings settings)
    {
        http.Caller().RequireSettings();
        await settings.SetAsync(key, null, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The new value: of the query, or the body as text or as JSON. A body without a type is text unless it begins as JSON.</summary>
    private static async Task<string?> ValueAsync(HttpContext http)
    {
        if (http.Request.Query.TryGetValue("value", out var query))
            return query.ToString();
        var type = MediaType.Of(http.Request);
        if (!type.IsJson && !type.IsText)
            throw type.Unsupported("text/plain or application/json");
        var body = await BodyAsync(http);
        if (body.Length == 0)
            throw Refused("A value must be given, as the parameter `value` or as the request body.");
        if (type.IsText || (http.Request.ContentType is null && !LooksLikeJson(body)))
            return body;
        using var json = Parse(body);
        return Text(json.RootElement);
    }

    private static bool LooksLikeJson(string body) => body[0] is '"' or '{' or '[';

    private static async Task<string> BodyAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
        return (await reader.ReadToEndAsync(http.RequestAborted)).Trim();
    }

    private static JsonDocument Parse(string body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException e)
        {
            // The parser's message repeats parts of the body, which may be a password.
            throw Unreadable(string.Create(CultureInfo.InvariantCulture,
                $"The request body is not valid JSON (line {e.LineNumber + 1}, column {e.BytePositionInLine + 1})."));
        }
    }

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
                _ => throw Unreadable("The value of a setting must be a text, a number or a truth value."),
            };
        }
        catch (InvalidOperationException)
        {
            throw Unreadable("The value of a setting is not valid Unicode.");
        }
    }

    private static async Task WriteAsync(HttpContext http, IEnumerable<SettingValue> values, TimeZoneInfo zone)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-cache, private";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter);
        json.WriteStartObject();
        foreach (var (definition, text, _) in values)
        {
            json.WritePropertyName(definition.Key);
            if (definition.Type is SettingType.Boolean or SettingType.Integer)
                json.WriteRawValue(text!);
            else
                json.WriteStringValue(definition.Type == SettingType.Date ? Local(text!, zone) : text);
        }
        json.WriteEndObject();
        await json.FlushAsync(http.RequestAborted);
    }

    private static string Local(string text, TimeZoneInfo zone) =>
        SettingDate.TryParse(text, TimeZoneInfo.Utc, out var instant) ? SettingDate.FormatLocal(instant, zone) : text;

    // JSON unless the caller names plain text, and JSON not before it.
    private static bool PrefersText(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        var text = accept.IndexOf("text/plain", StringComparison.OrdinalIgnoreCase);
        var json = accept.IndexOf("application/json", StringComparison.OrdinalIgnoreCase);
        return text >= 0 && (json < 0 || text < json);
    }

    // DHIS2 answers 409 to every body that it cannot read.
    private static Dhis2Exception Unreadable(string message) =>
        new(ErrorKind.InvalidArgument, message) { HttpStatus = StatusCodes.Status409Conflict };

    private static Dhis2Exception Refused(string message) => new(ErrorKind.InvalidArgument, message);
}
