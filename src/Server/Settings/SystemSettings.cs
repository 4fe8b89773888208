using System.Globalization;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Settings;

/// <summary>The system's settings: known keys, values of their type, confidential ones encrypted and never told.</summary>
internal sealed class SystemSettings(ISettingStore store, Secrets secrets, IOptions<SettingsOptions> options, ILogger<SystemSettings> logger)
{
    private const int MaxLength = 10_000;

    /// <summary>All settings as anybody may see them, by key.</summary>
    public async Task<List<SettingValue>> ListAsync(CancellationToken cancellationToken)
    {
        var values = new List<SettingValue>(SettingCatalog.All.Count);
        foreach (var definition in SettingCatalog.All)
            values.Add(await GetAsync(definition, cancellationToken));
        return values;
    }

    /// <summary>A setting as anybody may see it.</summary>
    /// <exception cref="Dhis2Exception">There is no such setting.</exception>
    public ValueTask<SettingValue> GetAsync(string key, CancellationToken cancellationToken) => GetAsync(Known(key), cancellationToken);

    /// <summary>Changes settings, all or none. Nothing, or an empty text, puts one back to its default.</summary>
    /// <exception cref="Dhis2Exception">There is no such setting, or the value is not of its type; the value is not repeated.</exception>
    public ValueTask SetAsync(IEnumerable<KeyValuePair<string, string?>> values, CancellationToken cancellationToken)
    {
        var stored = new List<KeyValuePair<string, string?>>();
        foreach (var (key, value) in values)
        {
            var definition = Known(key);
            var text = string.IsNullOrEmpty(value) ? null : Canonical(definition, value);
            stored.Add(new(key, text is not null && definition.Confidential ? secrets.Protect(text) : text));
        }
        return stored.Count == 0 ? ValueTask.CompletedTask : store.SetAsync(stored, cancellationToken);
    }

    /// <summary>Changes one setting; see <see cref="SetAsync(IEnumerable{KeyValuePair{string, string?}}, CancellationToken)"/>.</summary>
    public ValueTask SetAsync(string key, string? value, CancellationToken cancellationToken) => SetAsync([new(key, value)], cancellationToken);

    /// <summary>The text that holds, a confidential one in clear: for the server itself only. Empty when it cannot be decrypted.</summary>
    public async ValueTask<string> TextAsync(string key, CancellationToken cancellationToken)
    {
        var definition = Known(key);
        if (await store.GetAsync(key, cancellationToken) is not { } stored)
            return Default(definition);
        if (!definition.Confidential)
            return stored;
        if (secrets.TryUnprotect(stored, out var text))
            return text;
        SettingsLog.Unreadable(logger, key);
        return "";
    }

    /// <summary>The number that holds.</summary>
    public async ValueTask<int> NumberAsync(string key, CancellationToken cancellationToken) =>
        int.Parse(await TextAsync(key, cancellationToken), CultureInfo.InvariantCulture);

    /// <summary>The flag that holds.</summary>
    public async ValueTask<bool> FlagAsync(string key, CancellationToken cancellationToken) => await TextAsync(key, cancellationToken) == "true";

    /// <summary>The instant that holds.</summary>
    public async ValueTask<DateTimeOffset> DateAsync(string key, CancellationToken cancellationToken) =>
        SettingDate.TryParse(await TextAsync(key, cancellationToken), TimeZoneInfo.Utc, out var instant) ? instant : DateTimeOffset.UnixEpoch;

    private async ValueTask<SettingValue> GetAsync(SettingDefinition definition, CancellationToken cancellationToken)
    {
        var stored = await store.GetAsync(definition.Key, cancellationToken);
        return new(definition, definition.Confidential ? null : stored ?? Default(definition), stored is not null);
    }

    private string Default(SettingDefinition definition) =>
        definition.Key == SettingKeys.ApplicationTitle ? options.Value.ApplicationTitle : definition.Default;

    private string Canonical(SettingDefinition definition, string value)
    {
        switch (definition.Type)
        {
            case SettingType.Boolean when bool.TryParse(value, out var flag):
                return flag ? "true" : "false";
            case SettingType.Integer when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    && number >= definition.Min && number <= definition.Max:
                return number.ToString(CultureInfo.InvariantCulture);
            case SettingType.Date when SettingDate.TryParse(value.Trim(), options.Value.Zone, out var instant):
                return SettingDate.Format(instant);
            case SettingType.Text when value.Length > MaxLength:
                throw Wrong(definition, "is too long");
            case SettingType.Text when definition.Key == SettingKeys.RemoteUrl:
                return RemoteUrl(definition, value.Trim());
            case SettingType.Text:
                return value;
            default:
                throw Wrong(definition, definition.Type switch
                {
                    SettingType.Boolean => "must be true or false",
                    SettingType.Date => "must be a date such as 2026-02-28T03:00:00",
                    _ => string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {definition.Min} to {definition.Max}"),
                });
        }
    }

    // A password in the URL would be told to everyone who reads the settings.
    private static string RemoteUrl(SettingDefinition definition, string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url is { Host.Length: > 0, UserInfo: "", Query: "", Fragment: "" }
            ? value
            : throw Wrong(definition, "must be a URL such as https://play.dhis2.org/dhis, without user name, password, query or fragment");

    private static SettingDefinition Known(string key) =>
        SettingCatalog.Find(key) ?? throw new Dhis2Exception(ErrorKind.NotFound, $"Setting does not exist: {key}", "E1005");

    private static Dhis2Exception Wrong(SettingDefinition definition, string problem) =>
        new(ErrorKind.InvalidArgument, $"The value of {definition.Key} {problem}.");
}

/// <summary>A setting as anybody may see it.</summary>
/// <param name="Definition">What it is.</param>
/// <param name="Text">What holds, in canonical form; null when it is confidential.</param>
/// <param name="IsSet">It is set, and no default.</param>
internal sealed record SettingValue(SettingDefinition Definition, string? Text, bool IsSet);
