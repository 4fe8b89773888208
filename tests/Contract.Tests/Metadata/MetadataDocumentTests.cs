using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.Metadata.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Contract.Tests.Metadata;

public sealed class MetadataDocumentTests
{
    private const string Two = """
        {"dataElementGroups":[{"id":"aaaaaaaaaa2","name":"G","dataElements":[{"id":"aaaaaaaaaa1"}]}],
         "dataElements":[{"id":"aaaaaaaaaa1","name":"Births","shortName":"Births","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"}]}
        """;

    private const string Set = """
        {"dataSets":[{"id":"aaaaaaaaaa5","name":"S","shortName":"S","periodType":"Monthly","publicAccess":"rw------","dataSetElements":[{"dataElement":{"id":"aaaaaaaaaa1"}}]}]}
        """;

    private const string Broken = """
        {"dataElementGroups":[{"id":"aaaaaaaaaa3","name":"H","dataElements":[{"id":"zzzzzzzzzz1"}]}]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/metadata")]
    [InlineData("/api/40/metadata")]
    public async Task A_good_document_is_answered_with_200_and_the_report(string path)
    {
        await using var node = await TestNode.StartAsync();
        using var response = await node.Http.PostAsync(path, Json(Two), Ct);
        using var body = await BodyAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("OK", 200, "OK"), (Text(body, "httpStatus"), body.RootElement.GetProperty("httpStatusCode").GetInt32(), Text(body, "status")));
        var report = body.RootElement.GetProperty("response");
        Assert.Equal(("ImportReport", "OK"), (report.GetProperty("responseType").GetString(), report.GetProperty("status").GetString()));
        Assert.Equal("""{"created":2,"updated":0,"deleted":0,"ignored":0,"total":2}""", report.GetProperty("stats").GetRawText());
        Assert.Equal(["org.hisp.dhis.dataelement.DataElement", "org.hisp.dhis.dataelement.DataElementGroup"],
            report.GetProperty("typeReports").EnumerateArray().Select(t => t.GetProperty("klass").GetString()));
    }

    [Fact]
    public async Task A_document_with_errors_is_answered_with_409_and_changes_nothing()
    {
        await using var node = await TestNode.StartAsync();
        using var response = await node.Http.PostAsync("/api/metadata", Json(Broken), Ct);
        using var body = await BodyAsync(response);
        Assert.Equal((HttpStatusCode.Conflict, "WARNING"), (response.StatusCode, Text(body, "status")));
        var report = body.RootElement.GetProperty("response");
        Assert.Equal("ERROR", report.GetProperty("status").GetString());
        var o = report.GetProperty("typeReports")[0].GetProperty("objectReports")[0];
        Assert.Equal(("aaaaaaaaaa3", 0), (o.GetProperty("uid").GetString(), o.GetProperty("index").GetInt32()));
        var error = o.GetProperty("errorReports")[0];
        Assert.Equal(("E5002", "dataElements"), (error.GetProperty("errorCode").GetString(), error.GetProperty("errorProperty").GetString()));
        using var exported = JsonDocument.Parse(await node.Http.GetStringAsync("/api/metadata?dataElementGroups=true", Ct));
        Assert.False(exported.RootElement.TryGetProperty("dataElementGroups", out _));
    }

    [Fact]
    public async Task Before_version_38_the_report_is_bare_and_the_status_200()
    {
        await using var node = await TestNode.StartAsync();
        using var response = await node.Http.PostAsync("/api/33/metadata", Json(Broken), Ct);
        using var body = await BodyAsync(response);
        Assert.Equal((HttpStatusCode.OK, "ERROR"), (response.StatusCode, Text(body, "status")));
        Assert.Equal(1, body.RootElement.GetProperty("stats").GetProperty("ignored").GetInt32());
    }

    [Fact]
    public async Task Parameters_steer_the_import()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal(2, await CreatedAsync("/api/metadata?importMode=VALIDATE", Two));
        Assert.Equal(2, await CreatedAsync("/api/metadata?dryRun=true", Two));
        Assert.Equal(2, await CreatedAsync("/api/metadata?importStrategy=CREATE&importMode=nonsense", Two));
        Assert.Equal(1, await CreatedAsync("/api/metadata?atomicMode=NONE", Broken));
        using var deleted = await BodyAsync(await node.Http.PostAsync("/api/metadata?importStrategy=DELETE", Json(Two), Ct));
        Assert.Equal(2, deleted.RootElement.GetProperty("response").GetProperty("stats").GetProperty("deleted").GetInt32());

        async Task<int> CreatedAsync(string path, string document)
        {
            using var body = await BodyAsync(await node.Http.PostAsync(path, Json(document), Ct));
            return body.RootElement.GetProperty("response").GetProperty("stats").GetProperty("created").GetInt32();
        }
    }

    [Theory]
    [InlineData("application/json", "gzip")]
    [InlineData("application/gzip", null)]
    [InlineData("application/octet-stream", null)]
    public async Task Gzip_is_taken_with_and_without_saying_so(string type, string? encoding)
    {
        await using var node = await TestNode.StartAsync();
        using var content = new ByteArrayContent(Zip(Two)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        using var response = await node.Http.PostAsync("/api/metadata", content, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Half_a_document_is_409_and_names_line_and_column()
    {
        await using var node = await TestNode.StartAsync();
        using var response = await node.Http.PostAsync("/api/metadata", Json(Two[..^40]), Ct);
        using var body = await BodyAsync(response);
        Assert.Equal((HttpStatusCode.Conflict, "ERROR"), (response.StatusCode, Text(body, "status")));
        Assert.Contains("line 2, column", Text(body, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_imported_is_exported()
    {
        await using var node = await TestNode.StartAsync();
        using (await node.Http.PostAsync("/api/metadata", Json(Two), Ct))
        using (var response = await node.Http.GetAsync("/api/metadata", Ct))
        using (var body = await BodyAsync(response))
        {
            Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
            Assert.True(body.RootElement.TryGetProperty("system", out _));
            Assert.Equal("Births", body.RootElement.GetProperty("dataElements")[0].GetProperty("name").GetString());
        }
        using var some = JsonDocument.Parse(await node.Http.GetStringAsync("/api/40/metadata.json?dataElements=true&categories=true&skipSharing=true", Ct));
        Assert.Equal(["system", "categories", "dataElements"], some.RootElement.EnumerateObject().Select(p => p.Name));
        await using var packed = new GZipStream(await node.Http.GetStreamAsync("/api/metadata.json.gz?dataElements=true", Ct), CompressionMode.Decompress);
        using var unpacked = await JsonDocument.ParseAsync(packed, cancellationToken: Ct);
        Assert.Equal(1, unpacked.RootElement.GetProperty("dataElements").GetArrayLength());
        await using var archive = new ZipArchive(await node.Http.GetStreamAsync("/api/metadata.json.zip?dataElements=true", Ct));
        await using var zipped = await Assert.Single(archive.Entries).OpenAsync(Ct);
        using var unzipped = await JsonDocument.ParseAsync(zipped, cancellationToken: Ct);
        Assert.Equal(1, unzipped.RootElement.GetProperty("dataElements").GetArrayLength());
    }

    [Fact]
    public async Task An_export_is_narrowed_by_type()
    {
        await using var node = await TestNode.StartAsync();
        using (await node.Http.PostAsync("/api/metadata", Json(Two), Ct))
        using (await node.Http.PostAsync("/api/metadata", Json(Set), Ct))
        {
            Assert.Equal("""[{"id":"aaaaaaaaaa1","name":"Births"}]""", await PartAsync("/api/metadata?dataElements:fields=id,name&dataElementGroups=true", "dataElements"));
            Assert.Equal("""[{"id":"aaaaaaaaaa2","dataElements":[{"name":"Births"}]}]""", await PartAsync("/api/metadata?dataElementGroups:fields=id,dataElements[name]", "dataElementGroups"));
            Assert.Equal("[]", await PartAsync("/api/metadata?dataElements:filter=name:eq:Deaths", "dataElements"));
            Assert.Equal("""[{"id":"aaaaaaaaaa1"}]""", await PartAsync("/api/metadata?fields=id&filter=name:like:Births&dataElements=true", "dataElements"));
            Assert.Equal("[]", await PartAsync("/api/metadata?categoryCombos=true&defaults=EXCLUDE", "categoryCombos"));
            var shared = await PartAsync("/api/metadata?dataSets=true", "dataSets");
            Assert.Contains("publicAccess", shared, StringComparison.Ordinal);
            Assert.DoesNotContain("publicAccess", await PartAsync("/api/metadata?dataSets=true&skipSharing=true", "dataSets"), StringComparison.Ordinal);
            Assert.DoesNotContain("publicAccess", await PartAsync("/api/metadata?dataSets:fields=:owner&skipSharing=true", "dataSets"), StringComparison.Ordinal);
            Assert.Equal(shared, await PartAsync("/api/dataSets/aaaaaaaaaa5/metadata", "dataSets"));
            Assert.Contains("aaaaaaaaaa1", await PartAsync("/api/40/dataSets/aaaaaaaaaa5/metadata?skipSharing=true", "dataElements"), StringComparison.Ordinal);
        }

        async Task<string> PartAsync(string path, string collection)
        {
            using var body = JsonDocument.Parse(await node.Http.GetStringAsync(path, Ct));
            return body.RootElement.GetProperty(collection).GetRawText().Replace("\n", "", StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/api/dataSets/nowhere0001/metadata", HttpStatusCode.NotFound)]
    [InlineData("/api/metadata?dataElements:filter=nonsense", HttpStatusCode.Conflict)]
    [InlineData("/api/metadata?categories:filter=created:gt:tomorrow", HttpStatusCode.Conflict)]
    [InlineData("/api/metadata.json.gz?categories:filter=created:gt:tomorrow", HttpStatusCode.Conflict)]
    public async Task What_cannot_be_exported_is_an_error(string path, HttpStatusCode status)
    {
        await using var node = await TestNode.StartAsync();
        using var response = await node.Http.GetAsync(path, Ct);
        using var body = await BodyAsync(response);
        Assert.Equal((status, "ERROR"), (response.StatusCode, Text(body, "status")));
    }

    [Fact]
    public async Task Grpc_exports_parts_and_dependencies()
    {
        await using var node = await TestNode.StartAsync();
        (await node.Http.PostAsync("/api/metadata", Json(Two), Ct)).Dispose();
        (await node.Http.PostAsync("/api/metadata", Json(Set), Ct)).Dispose();
        var client = new MetadataService.MetadataServiceClient(node.Channel);
        using var part = await ReadAsync(new ExportMetadataRequest
        {
            Selections = { new MetadataSelection { Collection = "dataElements", Filters = { "name:eq:Births" }, Members = { "id" } } },
        });
        Assert.Equal("""[{"id":"aaaaaaaaaa1"}]""", part.RootElement.GetProperty("dataElements").GetRawText().Replace("\n", "", StringComparison.Ordinal));
        using var root = await ReadAsync(new ExportMetadataRequest { Root = new MetadataRoot { Collection = "dataSets", Uid = "aaaaaaaaaa5" }, ExcludeDefaults = true, SkipSharing = true });
        Assert.Equal(["system", "dataElements", "dataSets"], root.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object || p.Value.GetArrayLength() > 0).Select(p => p.Name));
        var e = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new ExportMetadataRequest { Root = new MetadataRoot { Collection = "dataSets", Uid = "nowhere0001" } }));
        Assert.Equal(StatusCode.NotFound, e.StatusCode);
        e = await Assert.ThrowsAsync<RpcException>(() => ReadAsync(new ExportMetadataRequest { Root = new MetadataRoot { Collection = "dataSets" } }));
        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);

        async Task<JsonDocument> ReadAsync(ExportMetadataRequest request)
        {
            using var export = client.ExportMetadata(request, cancellationToken: Ct);
            using var document = new MemoryStream();
            await foreach (var chunk in export.ResponseStream.ReadAllAsync(Ct)) chunk.Content.WriteTo(document);
            return JsonDocument.Parse(document.ToArray());
        }
    }

    [Fact]
    public async Task Nobody_imports_or_exports_without_login()
    {
        await using var node = await TestNode.StartAsync();
        using var anonymous = node.ConnectHttp(null, null);
        using var post = await anonymous.PostAsync("/api/metadata", Json(Two), Ct);
        using var get = await anonymous.GetAsync("/api/metadata", Ct);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (post.StatusCode, get.StatusCode));
    }

    [Fact]
    public async Task Grpc_takes_and_gives_documents_in_chunks()
    {
        await using var node = await TestNode.StartAsync();
        var client = new MetadataService.MetadataServiceClient(node.Channel);
        using (var call = client.ImportMetadata(cancellationToken: Ct))
        {
            var bytes = Zip(Two);
            for (var at = 0; at < bytes.Length; at += 10)
                await call.RequestStream.WriteAsync(new ImportMetadataRequest { Content = ByteString.CopyFrom(bytes, at, Math.Min(10, bytes.Length - at)) }, Ct);
            await call.RequestStream.CompleteAsync();
            var report = (await call).Report;
            Assert.Equal(("OK", 2), (report.Status, report.Stats.Created));
        }

        using var export = client.ExportMetadata(new ExportMetadataRequest { Types_ = { "dataElementGroups" } }, cancellationToken: Ct);
        using var document = new MemoryStream();
        await foreach (var chunk in export.ResponseStream.ReadAllAsync(Ct)) chunk.Content.WriteTo(document);
        using var body = JsonDocument.Parse(document.ToArray());
        Assert.Equal("G", body.RootElement.GetProperty("dataElementGroups")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Grpc_options_and_errors_arrive()
    {
        await using var node = await TestNode.StartAsync();
        var client = new MetadataService.MetadataServiceClient(node.Channel);
        using (var call = client.ImportMetadata(cancellationToken: Ct))
        {
            await call.RequestStream.WriteAsync(new ImportMetadataRequest
            {
                Options = new MetadataImportOptions { AtomicMode = AtomicMode.None, ImportMode = ImportMode.Validate },
                Content = ByteString.CopyFromUtf8(Broken),
            }, Ct);
            await call.RequestStream.CompleteAsync();
            var report = (await call).Report;
            Assert.Equal(("WARNING", 1), (report.Status, report.Stats.Created));
        }

        using var broken = client.ImportMetadata(cancellationToken: Ct);
        await broken.RequestStream.WriteAsync(new ImportMetadataRequest { Content = ByteString.CopyFromUtf8("{\"dataElements\":[{") }, Ct);
        await broken.RequestStream.CompleteAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await broken);
        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
        Assert.Contains("line 1, column", e.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sender_that_breaks_off_changes_nothing()
    {
        await using var node = await TestNode.StartAsync();
        var client = new MetadataService.MetadataServiceClient(node.Channel);
        using (var call = client.ImportMetadata(cancellationToken: Ct))
        {
            await call.RequestStream.WriteAsync(new ImportMetadataRequest { Content = ByteString.CopyFromUtf8(Two) }, Ct);
        }

        // The whole document had arrived, but not its end.
        using var body = JsonDocument.Parse(await node.Http.GetStringAsync("/api/metadata?dataElements=true", Ct));
        Assert.False(body.RootElement.TryGetProperty("dataElements", out _));
        using var response = await node.Http.PostAsync("/api/metadata", Json(Two), Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static StringContent Json(string document) => new(document, Encoding.UTF8, "application/json");

    private static byte[] Zip(string document)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(Encoding.UTF8.GetBytes(document));
        return packed.ToArray();
    }

    private static string? Text(JsonDocument body, string member) => body.RootElement.GetProperty(member).GetString();

    private static async Task<JsonDocument> BodyAsync(HttpResponseMessage response) => JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
}
