using System.Text.Json;
using System.Text.RegularExpressions;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Settings;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>Reads what other servers tell of their metadata versions, and believes none of it unseen: names become paths,
/// identifiers keys.</summary>
internal static partial class RemoteVersionReader
{
    private const int Md5Length = 32;

    /// <summary>The versions of a history, oldest first. An empty body has none.</summary>
    /// <exception cref="VersionSyncException">It is no history.</exception>
    public static List<MetadataVersion> ReadHistory(ReadOnlyMemory<byte> body)
    {
        if (body.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return [];
        using var document = Parse(body);
        if (!document.RootElement.TryGetProperty("metadataversions", out var list) || list.ValueKind != JsonValueKind.Array)
            throw Wrong("its history has no metadataversions");
        // The order of the answer means nothing.
        return [.. list.EnumerateArray().Select(Read).OrderBy(v => v.Created).ThenBy(v => v.Name, StringComparer.Ordinal)];
    }

    /// <summary>One version.</summary>
    /// <exception cref="VersionSyncException">It is none.</exception>
    public static MetadataVersion Read(ReadOnlyMemory<byte> body)
    {
        using var document = Parse(body);
        return Read(document.RootElement);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException e)
        {
            throw new VersionSyncException(VersionSyncFailure.Remote, "The remote server does not answer as one that has metadata versions", e);
        }
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw Wrong("its answer is no object");
    }

    private static MetadataVersion Read(JsonElement version)
    {
        if (version.ValueKind != JsonValueKind.Object)
            throw Wrong("a version is no object");
        var name = Text(version, "name");
        if (!Name().IsMatch(name))
            throw Wrong("a version has no name such as Version_1");
        var uid = Text(version, "id");
        if (!Uid.IsValid(uid))
            throw Wrong($"{name} has no id of 11 letters and digits");
        var hash = Text(version, "hashCode");
        if (hash.Length != Md5Length || !hash.All(char.IsAsciiHexDigit))
            throw Wrong($"{name} has no hashCode of {Md5Length} hexadecimal digits");
        if (!SettingDate.TryParse(Text(version, "created"), TimeZoneInfo.Utc, out var created))
            throw Wrong($"{name} has no date of creation");
        return new()
        {
            Uid = uid,
            Name = name,
            Created = created,
            HashCode = hash.ToLowerInvariant(),
            Type = Text(version, "type") switch
            {
                "BEST_EFFORT" => MetadataVersionType.BestEffort,
                "ATOMIC" => MetadataVersionType.Atomic,
                _ => throw Wrong($"{name} is neither BEST_EFFORT nor ATOMIC"),
            },
        };
    }

    private static string Text(JsonElement version, string member) =>
        version.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static VersionSyncException Wrong(string problem) => new(VersionSyncFailure.Remote, $"The remote server's metadata versions make no sense: {problem}");

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}\\z")]
    private static partial Regex Name();
}
