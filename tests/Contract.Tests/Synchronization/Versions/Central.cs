using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Contract.Tests.Data;

namespace Contract.Tests.Synchronization.Versions;

/// <summary>A scripted central server that has metadata versions.</summary>
internal sealed class Central : IAsyncDisposable
{
    private Central(Peer peer)
    {
        Peer = peer;
        peer.Answer = r => Script(r) ?? Default(r);
    }

    /// <summary>The server.</summary>
    public Peer Peer { get; }

    /// <summary>Its versions.</summary>
    public List<CentralVersion> Versions { get; } = [];

    /// <summary>Answers before the versions do; null leaves it to them.</summary>
    public Func<PeerRequest, PeerAnswer?> Script { get; set; } = _ => null;

    public static async Task<Central> StartAsync() => new(await Peer.StartAsync());

    /// <summary>Adds the next version.</summary>
    /// <param name="text">Its snapshot.</param>
    /// <param name="type">BEST_EFFORT or ATOMIC.</param>
    public CentralVersion Publish(string text, string type = "BEST_EFFORT")
    {
        var number = Versions.Count + 1;
        var version = new CentralVersion(
            string.Create(CultureInfo.InvariantCulture, $"Version_{number}"), string.Create(CultureInfo.InvariantCulture, $"vrsnCentr{number:00}"), type,
            new DateTimeOffset(2024, 1, 1, 10, 0, 0, 123, TimeSpan.Zero).AddDays(number), text);
        Versions.Add(version);
        return version;
    }

    /// <summary>How often something was asked for.</summary>
    public int Count(string path) => Peer.Requests.Count(r => r.Path.EndsWith(path, StringComparison.Ordinal));

    /// <summary>A snapshot of data elements.</summary>
    public static string Elements(params string[] uids) => Snapshot($"\"dataElements\":[{string.Join(',', uids.Select(u => Element(u)))}]");

    /// <summary>A snapshot.</summary>
    public static string Snapshot(string collections, string system = """{"id":"central","rev":"1","version":"2.40.0","date":"2024-01-31T10:00:00.000"}""") =>
        $"{{\"system\":{system},{collections}}}";

    /// <summary>A data element.</summary>
    public static string Element(string uid, string combo = "bjDvmb4bfuf") => $$"""
        {"id":"{{uid}}","name":"{{uid}}","shortName":"{{uid}}","valueType":"INTEGER","domainType":"AGGREGATE","aggregationType":"SUM","zeroIsSignificant":false,
         "sharing":{"public":"r-r-----"},"categoryCombo":{"id":"{{combo}}"} }
        """;

    public ValueTask DisposeAsync() => Peer.DisposeAsync();

    private PeerAnswer? Default(PeerRequest request)
    {
        const string Prefix = "/api/metadata/version";
        if (!request.Path.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var query = Uri.UnescapeDataString(request.Query[(request.Query.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        switch (request.Path[Prefix.Length..])
        {
            case "/history":
                var baseline = Versions.Find(v => v.Name == query);
                // As a real one does: in no order, and nothing at all when there is nothing newer.
                var newer = Versions.Where(v => baseline is null || v.Created > baseline.Created).Reverse().ToList();
                return newer.Count == 0 && baseline is not null ? new(200) : new(200, $"{{\"metadataversions\":[{string.Join(',', newer.Select(v => v.Json("importdate")))}]}}");
            case "":
                return Versions.Find(v => v.Name == query) is { } found ? new(200, found.Json("importDate")) : new(500, """{"message":"Exception occurred while getting metadata version"}""");
            case var path when path.EndsWith("/data.gz", StringComparison.Ordinal):
                return Versions.Find(v => path == $"/{v.Name}/data.gz") is { } version ? new(200, "", "application/gzip") { Bytes = Zip(version.Text) } : new(500, "{}");
            default:
                return null;
        }
    }

    /// <summary>Gzip of a text.</summary>
    public static byte[] Zip(string text) => Zip(Encoding.UTF8.GetBytes(text));

    /// <summary>Gzip of bytes.</summary>
    public static byte[] Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return packed.ToArray();
    }
}

/// <summary>A version of the central server.</summary>
internal sealed record CentralVersion(string Name, string Id, string Type, DateTimeOffset Created, string Text)
{
    /// <summary>MD5 that it tells.</summary>
    public string HashCode { get; init; } = Md5(Text);

    /// <summary>As DHIS2 writes it.</summary>
    public string Json(string importDate) => $$"""
        {"name":"{{Name}}","type":"{{Type}}","created":"{{Created:yyyy-MM-dd'T'HH:mm:ss.fff}}","id":"{{Id}}","{{importDate}}":null,"hashCode":"{{HashCode}}"}
        """;

#pragma warning disable CA5351 // DHIS2's checksum
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
}
