using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A run's progress as compact JSON: small ones lie in the run's record, larger ones compressed in a document
/// of their own.</summary>
internal readonly record struct StoredProgress(byte[] Bytes, bool IsDocument)
{
    // About the progress of a run without items.
    private const int InlineLimit = 1024;

    // Far below what one document can hold.
    private const int Limit = 8 * 1024 * 1024;

    /// <summary>No progress.</summary>
    public static StoredProgress None { get; } = new([], false);

    /// <summary>Encodes; done by the caller, as it can be long.</summary>
    public static StoredProgress Encode(RunProgress progress)
    {
        if (progress.Processes.Count == 0 && progress.Errors is null)
            return None;
        var json = Json(progress);
        if (json.Length <= InlineLimit)
            return new(json, false);
        var packed = Compress(json);
        if (packed.Length > Limit)
            packed = Compress(Json(WithoutItems(progress)));
        return new(packed, true);
    }

    /// <summary>Decodes inline bytes.</summary>
    public static RunProgress Decode(ReadOnlySpan<byte> json) =>
        json.IsEmpty ? RunProgress.Empty : JsonSerializer.Deserialize(json, ProgressJson.Default.RunProgress)!;

    /// <summary>Decodes a document's bytes.</summary>
    public static RunProgress DecodeDocument(byte[] packed)
    {
        using var brotli = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        return JsonSerializer.Deserialize(brotli, ProgressJson.Default.RunProgress)!;
    }

    private static byte[] Json(RunProgress progress) => JsonSerializer.SerializeToUtf8Bytes(progress, ProgressJson.Default.RunProgress);

    private static byte[] Compress(byte[] json)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest))
            brotli.Write(json);
        return packed.ToArray();
    }

    // Only absurdly many listed items get here; the run must be able to end all the same.
    private static RunProgress WithoutItems(RunProgress progress) => progress with
    {
        Processes =
        [
            .. progress.Processes.Select(p => p with
            {
                Stages = [.. p.Stages.Select(s => s with { Items = [], OmittedItems = s.OmittedItems + s.Items.Count })],
            }),
        ],
    };
}

/// <summary>How progress is written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunProgress))]
internal sealed partial class ProgressJson : JsonSerializerContext;
