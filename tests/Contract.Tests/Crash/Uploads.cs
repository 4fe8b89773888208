using System.Net;
using System.Text;
using Dhis2.Data.V1;
using Dhis2.Metadata.V1;
using Google.Protobuf;

namespace Contract.Tests.Crash;

/// <summary>Documents on their way in, streamed in chunks over one of the faces.</summary>
internal static class Uploads
{
    private const int ChunkSize = 64 * 1024;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Sends a document to a REST endpoint, of unknown length; it must be taken in whole.</summary>
    public static async Task PostAsync(ServerProcess server, string path, string document)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(document, Encoding.UTF8, "application/json"),
            Headers = { TransferEncodingChunked = true },
        };
        using var response = await server.Http.SendAsync(request, Ct);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>Sends data values; all must be stored.</summary>
    public static async Task SendValuesAsync(ServerProcess server, string document, int count)
    {
        using var call = new DataValueSetService.DataValueSetServiceClient(server.Channel).ImportDataValueSets(cancellationToken: Ct);
        foreach (var chunk in Chunks(document))
            await call.RequestStream.WriteAsync(new() { Content = chunk }, Ct);
        await call.RequestStream.CompleteAsync();
        var counts = (await call.ResponseAsync).Summary.ImportCount;
        Assert.Equal(count, counts.Imported + counts.Updated);
    }

    /// <summary>Sends metadata; all must be stored.</summary>
    public static async Task SendMetadataAsync(ServerProcess server, string document, int count)
    {
        using var call = new MetadataService.MetadataServiceClient(server.Channel).ImportMetadata(cancellationToken: Ct);
        foreach (var chunk in Chunks(document))
            await call.RequestStream.WriteAsync(new() { Content = chunk }, Ct);
        await call.RequestStream.CompleteAsync();
        var stats = (await call.ResponseAsync).Report.Stats;
        Assert.Equal(count, stats.Created + stats.Updated);
    }

    private static IEnumerable<ByteString> Chunks(string document)
    {
        var bytes = Encoding.UTF8.GetBytes(document);
        for (var at = 0; at < bytes.Length; at += ChunkSize)
            yield return ByteString.CopyFrom(bytes, at, Math.Min(ChunkSize, bytes.Length - at));
    }
}
