using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Settings;

/// <summary>The settings that each user has for itself. What is not set has the system's value, or DHIS2's default.</summary>
internal sealed class UserSettings(ISettingStore store, SystemSettings system)
{
    /// <summary>Language of the user interface.</summary>
    public const string UiLocale = "keyUiLocale";

    private const int MaxLength = 255;

    private static readonly (string Key, bool IsFlag, string Default)[] Known =
    [
        (UiLocale, false, "en"),
        ("keyDbLocale", false, ""),
        ("keyStyle", false, "light_blue/light_blue.css"),
        ("keyAnalysisDisplayProperty", false, "name"),
        ("keyMessageEmailNotification", true, "true"),
        ("keyMessageSmsNotification", true, "true"),
    ];

    /// <summary>All settings that a user has, by key; those without a value are left out.</summary>
    public async ValueTask<Dictionary<string, string>> ListAsync(User user, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, _, _) in Known)
        {
            if (await GetAsync(user, key, cancellationToken) is { Length: > 0 } value)
                all[key] = value;
        }

        return all;
    }

    /// <summary>A setting; empty when it has no value.</summary>
    /// <exception cref="Dhis2Exception">There is no such setting.</exception>
    public async ValueTask<string> GetAsync(User user, string key, CancellationToken cancellationToken)
    {
        var (_, _, fallback) = Find(key);
        return await store.GetAsync(StoreKey(user, key), cancellationToken)
            ?? (key == UiLocale ? await system.TextAsync(key, cancellationToken) : fallback);
    }

    /// <summary>Changes a setting; null puts it back to its default.</summary>
    /// <exception cref="Dhis2Exception">There is no such setting, or the value is none of its kind.</exception>
    public ValueTask SetAsync(User user, string key, string? value, CancellationToken cancellationToken)
    {
        var (_, isFlag, _) = Find(key);
        if (value is { Length: 0 })
            throw new Dhis2Exception(ErrorKind.Conflict, "You need to specify a new value");
        if (value?.Length > MaxLength)
            throw new Dhis2Exception(ErrorKind.Conflict, $"The value of {key} is longer than {MaxLength} characters.");
        if (isFlag && value is not null and not ("true" or "false"))
            throw new Dhis2Exception(ErrorKind.Conflict, $"The value of {key} must be true or false.");
        return store.SetAsync(StoreKey(user, key), value, cancellationToken);
    }

    private static (string Key, bool IsFlag, string Default) Find(string key)
    {
        foreach (var known in Known)
        {
            if (known.Key == key)
                return known;
        }

        throw new Dhis2Exception(ErrorKind.NotFound, $"No user setting found with key: {key}", "E1005");
    }

    private static string StoreKey(User user, string key) => $"user/{user.Uid}/{key}";
}
