using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Apps;

/// <summary>The apps that are installed. They are looked up anew each time: an app is installed by putting its folder there.</summary>
internal sealed class InstalledApps(IOptions<AppOptions> options, ILogger<InstalledApps> log)
{
    private const int MaxManifestSize = 1 << 20;

    private readonly string? _directory = options.Value.Directory is { Length: > 0 } directory ? Path.GetFullPath(directory) : null;

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<InstalledApp> List() => _directory is null || !Directory.Exists(_directory)
        ? []
        : [.. Directory.EnumerateDirectories(_directory)
            .Select(folder => Find(Path.GetFileName(folder)))
            .OfType<InstalledApp>()
            .OrderBy(app => app.Name, StringComparer.OrdinalIgnoreCase).ThenBy(app => app.Key, StringComparer.Ordinal)];

    /// <summary>The app of a name; null when there is none, or its manifest cannot be read.</summary>
    public InstalledApp? Find(string key)
    {
        if (_directory is null || !IsName(key))
            return null;
        var folder = Path.Combine(_directory, key);
        var manifest = new FileInfo(Path.Combine(folder, InstalledApp.ManifestFile));
        if (!manifest.Exists)
            return null;
        try
        {
            if (manifest.Length <= MaxManifestSize && JsonNode.Parse(File.ReadAllText(manifest.FullName)) is JsonObject content)
                return new InstalledApp(key, folder, content);
            AppsLog.BadManifest(log, manifest.FullName, "it is no JSON object");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            AppsLog.BadManifest(log, manifest.FullName, e.Message);
        }

        return null;
    }

    /// <summary>A file of an app; null when the app has none of that path. Paths that lead out of the folder lead nowhere, by
    /// dots, links or otherwise, and hidden files are not there.</summary>
    /// <param name="app">The app.</param>
    /// <param name="path">Path relative to its folder, with slashes.</param>
    public static FileInfo? FindFile(InstalledApp app, string path)
    {
        using var files = new PhysicalFileProvider(app.Folder);
        if (path.Contains('\\', StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal)
            || files.GetFileInfo(path) is not { Exists: true, IsDirectory: false, PhysicalPath: { } found })
            return null;
        var file = new FileInfo(found);
        return IsInside(app.Folder, file) ? file : null;
    }

    // Links may point anywhere: each step of the way must stay inside.
    private static bool IsInside(string folder, FileInfo file)
    {
        if (file.LinkTarget is not null)
            return false;
        for (var parent = file.Directory; parent is not null; parent = parent.Parent)
        {
            if (parent.FullName.Length <= folder.Length)
                return parent.FullName == folder;
            if (parent.LinkTarget is not null)
                return false;
        }

        return false;
    }

    private static bool IsName(string key) =>
        key.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(key[0]) && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
