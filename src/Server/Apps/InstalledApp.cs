using System.Text.Json.Nodes;

namespace Dhis2Grpc.Server.Apps;

/// <summary>An app that is installed: a folder with a manifest.</summary>
/// <param name="Key">Name of the folder, and of the app in paths.</param>
/// <param name="Folder">Full path of the folder.</param>
/// <param name="Manifest">What <c>manifest.webapp</c> says.</param>
internal sealed record InstalledApp(string Key, string Folder, JsonObject Manifest)
{
    private static readonly string[] IconSizes = ["128", "48", "16"];

    /// <summary>Name of the manifest's file.</summary>
    public const string ManifestFile = "manifest.webapp";

    /// <summary>Name to show.</summary>
    public string Name => Text("name") ?? Key;

    /// <summary>What it is for.</summary>
    public string? Description => Text("description");

    /// <summary>Its version.</summary>
    public string? Version => Text("version");

    /// <summary>Page that starts it, relative to the folder.</summary>
    public string LaunchPath => Text("launch_path") is { Length: > 0 } path ? path.TrimStart('/') : "index.html";

    /// <summary>Its largest icon up to 128 pixels, relative to the folder.</summary>
    public string? Icon => Manifest["icons"] is JsonObject icons
        ? IconSizes.Select(size => icons[size]).OfType<JsonValue>().Select(v => v.TryGetValue<string>(out var path) ? path.TrimStart('/') : null)
            .FirstOrDefault(path => path is { Length: > 0 })
        : null;

    private string? Text(string name) => Manifest[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
