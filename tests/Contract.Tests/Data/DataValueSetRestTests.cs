using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using static Contract.Tests.Data.DataNode;

namespace Contract.Tests.Data;

public class DataValueSetRestTests
{
    [Fact]
    public async Task Import_answers_in_DHIS2_s_envelope_and_status()
    {
        await using var node = await StartAsync();

        using (var good = await PostAsync(node, "/api/dataValueSets", Values(Value(Count, "202401", North, "3"), Value(Note, "202401", North, "ok"))))
        {
            Assert.StartsWith("""
                {"httpStatus":"OK","httpStatusCode":200,"status":"OK","message":"Import was successful.","response":{"responseType":"ImportSummary","status":"SUCCESS",
                """, good.RootElement.GetRawText(), StringComparison.Ordinal);
            Assert.Equal((2, 0, 0, 0), Counts(good.RootElement.GetProperty("response")));
            Assert.Equal("false", good.RootElement.GetProperty("response").GetProperty("dataSetComplete").GetString());
            Assert.Equal("CREATE_AND_UPDATE", good.RootElement.GetProperty("response").GetProperty("importOptions").GetProperty("importStrategy").GetString());
        }

        var mixed = Values(Value(Count, "202401", North, "4"), Value(Count, "202401", "nopeUid1234", "4"));
        using (var warned = await PostAsync(node, "/api/40/dataValueSets", mixed, HttpStatusCode.Conflict))
        {
            Assert.Equal("WARNING", warned.RootElement.GetProperty("status").GetString());
            Assert.Equal("One more conflicts encountered, please check import summary.", warned.RootElement.GetProperty("message").GetString());
            var response = warned.RootElement.GetProperty("response");
            Assert.Equal((0, 1, 1, 0), Counts(response));
            Assert.Equal("""
                {"object":"nopeUid1234","objects":{"organisationUnit":"nopeUid1234"},"value":"Organisation unit not found or not accessible: `nopeUid1234`","errorCode":"E7612","property":"orgUnit","indexes":[1]}
                """, Sorted(Assert.Single(response.GetProperty("conflicts").EnumerateArray()), "object", "objects", "value", "errorCode", "property", "indexes"));
            Assert.Equal(1, Assert.Single(response.GetProperty("rejectedIndexes").EnumerateArray()).GetInt32());
        }

        // Before 38 the summary is bare, and the status 200 whatever it says.
        using (var bare = await PostAsync(node, "/api/33/dataValueSets", mixed))
        {
            Assert.Equal("WARNING", bare.RootElement.GetProperty("status").GetString());
            Assert.Equal((0, 0, 2, 0), Counts(bare.RootElement));
        }

        using var refused = await PostAsync(node, "/api/dataValueSets", "{\"dataSet\":\"nopeUid1234\",\"dataValues\":[]}", HttpStatusCode.Conflict);
        Assert.Equal("ERROR", refused.RootElement.GetProperty("status").GetString());
        Assert.Equal("E7600", refused.RootElement.GetProperty("response").GetProperty("conflicts")[0].GetProperty("errorCode").GetString());
    }

    [Fact]
    public async Task From_43_on_warnings_are_200_and_data_sets_take_all_or_nothing()
    {
        await using var node = await StartAsync();
        using (var good = await PostAsync(node, "/api/43/dataValueSets", Values(Value(Count, "202401", North, "3"))))
            Assert.Equal((0, 1, 0, 0), Counts(good.RootElement.GetProperty("response")));
        using (var warned = await PostAsync(node, "/api/44/dataValueSets", Values(Value(Count, "202401", North, "4"), Value(Count, "202402", North, "many"))))
        {
            Assert.Equal("WARNING", warned.RootElement.GetProperty("status").GetString());
            Assert.Equal("Import completed with warnings, please check import summary.", warned.RootElement.GetProperty("message").GetString());
            Assert.Equal("E8122", warned.RootElement.GetProperty("response").GetProperty("conflicts")[0].GetProperty("errorCode").GetString());
        }

        var mixed = Values(Value(Count, "202401", North, "5"), Value(Note, "202401", North, "x"));
        using (var refused = await PostAsync(node, "/api/43/dataValueSets?atomic=true", Values(Value(Note, "202401", North, "x")), HttpStatusCode.Conflict))
            Assert.Equal("E8003", refused.RootElement.GetProperty("response").GetProperty("conflicts")[0].GetProperty("errorCode").GetString());
        using (var unknown = await PostAsync(node, "/api/43/dataValueSets", Values(Value("nopeUid1234", "202401", North, "5")), HttpStatusCode.Conflict))
            Assert.Equal("ERROR", unknown.RootElement.GetProperty("response").GetProperty("status").GetString());
        using var exported = await GetAsync(node, $"/api/dataValueSets?dataElement={Count}&period=202401&orgUnit={North}");
        Assert.Equal("4", exported.RootElement.GetProperty("dataValues")[0].GetProperty("value").GetString());
        using var old = await PostAsync(node, "/api/42/dataValueSets", mixed);
        Assert.Equal((1, 1, 0, 0), Counts(old.RootElement.GetProperty("response")));
    }

    [Fact]
    public async Task Without_a_version_in_the_path_the_node_decides()
    {
        await using (var newest = await StartAsync("Dhis2:Version=2.43.0"))
        {
            using var warned = await PostAsync(newest, "/api/dataValueSets", Values(Value(Count, "202401", North, "4"), Value(Count, "202402", North, "many")));
            Assert.Equal("WARNING", warned.RootElement.GetProperty("status").GetString());
        }

        await using var old = await StartAsync("Dhis2:Rest:BareSummaries=true");
        var mixed = Values(Value(Count, "202401", North, "4"), Value(Count, "202401", "nopeUid1234", "4"));
        using (var bare = await PostAsync(old, "/api/dataValueSets", mixed))
            Assert.Equal((1, 0, 1, 0), Counts(bare.RootElement));
        using var wrapped = await PostAsync(old, "/api/39/dataValueSets", mixed, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Values_without_a_data_set_are_grouped_when_the_setting_says_so()
    {
        await using var node = await StartAsync();
        using (var set = await node.Http.PostAsync("/api/systemSettings/dataEntryAutoGroup?value=true", null, Ct))
            Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        using var taken = await PostAsync(node, "/api/43/dataValueSets", Values(Value(Count, "202401", North, "3")));
        Assert.Equal((0, 1, 0, 0), Counts(taken.RootElement.GetProperty("response")));
    }

    [Fact]
    public async Task Xml_goes_in_and_out_over_REST()
    {
        await using var node = await StartAsync();
        var document = $"<dataValueSet xmlns=\"http://dhis2.org/schema/dxf/2.0\"><dataValue dataElement=\"{Note}\" period=\"202401\" orgUnit=\"{North}\" value=\"a &amp; b\"/></dataValueSet>";
        using (var response = await node.Http.PostAsync("/api/dataValueSets", new StringContent(document, Encoding.UTF8, "application/xml"), Ct))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using (var broken = await node.Http.PostAsync("/api/dataValueSets", new StringContent("<dataValueSet>", Encoding.UTF8, "application/xml"), Ct))
            Assert.Equal(HttpStatusCode.Conflict, broken.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/dataValueSets?dataElement={Note}&period=202401&orgUnit={North}") { Headers = { { "Accept", "application/xml" } } };
        using var exported = await node.Http.SendAsync(request, Ct);
        Assert.Equal("application/xml", exported.Content.Headers.ContentType!.MediaType);
        Assert.Contains("value=\"a &amp; b\"", await exported.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_requests_get_an_envelope_and_store_nothing()
    {
        await using var node = await StartAsync();
        var half = Values(Value(Count, "202401", North, "3"), Value(Count, "202402", North, "3"))[..^30];
        foreach (var (body, problem) in new[] { (half, "line 1, column"), ("", "The document is empty."), ("[1,2]", "dataValues"), ("{\"dataValues\":[{\"value\":{}}]}", "dataValues[0] has value") })
        {
            using var malformed = await PostAsync(node, "/api/dataValueSets", body, HttpStatusCode.Conflict);
            Assert.Equal("ERROR", malformed.RootElement.GetProperty("status").GetString());
            var description = malformed.RootElement.GetProperty("response").GetProperty("description").GetString();
            Assert.StartsWith("The import process failed: ", description, StringComparison.Ordinal);
            Assert.Contains(problem, description, StringComparison.Ordinal);
            using var bare = await PostAsync(node, "/api/33/dataValueSets", body);
            Assert.Equal("ERROR", bare.RootElement.GetProperty("status").GetString());
            using var registrations = await PostAsync(node, "/api/completeDataSetRegistrations", body.Replace("dataValues", "completeDataSetRegistrations", StringComparison.Ordinal).Replace("value", "period", StringComparison.Ordinal), HttpStatusCode.Conflict);
            Assert.Equal("ERROR", registrations.RootElement.GetProperty("response").GetProperty("status").GetString());
        }

        using (var strategy = await PostAsync(node, "/api/dataValueSets?importStrategy=SOMETIMES", Values(), HttpStatusCode.BadRequest))
            Assert.Contains("SOMETIMES", strategy.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
        using (var pdf = await node.Http.PostAsync("/api/dataValueSets", new StringContent("a,b", Encoding.UTF8, "application/pdf"), Ct))
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, pdf.StatusCode);
        using (var anonymous = await node.ConnectHttp(null, null).PostAsync("/api/dataValueSets", DataNode.Json(Values()), Ct))
            Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        using var export = await GetAsync(node, $"/api/dataValueSets?dataElement={Count}&period=202401&orgUnit={North}");
        Assert.Equal(0, export.RootElement.GetProperty("dataValues").GetArrayLength());
    }

    [Theory]
    [InlineData("application/json", "gzip")]
    [InlineData("application/json", null)]
    [InlineData("application/gzip", null)]
    public async Task Gzip_is_taken_as_encoding_and_as_document(string type, string? encoding)
    {
        await using var node = await StartAsync();
        var bytes = new MemoryStream();
        await using (var zip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            await zip.WriteAsync(Encoding.UTF8.GetBytes(Values(Value(Count, "202401", North, "3"))), Ct);
        using var content = new ByteArrayContent(bytes.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        if (encoding is not null)
            content.Headers.ContentEncoding.Add(encoding);
        using var response = await node.Http.PostAsync("/api/dataValueSets", content, Ct);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal((1, 0, 0, 0), Counts(document.RootElement.GetProperty("response")));
    }

    [Fact]
    public async Task Document_beyond_the_usual_body_limit_is_streamed_in_and_out()
    {
        await using var node = await StartAsync();
        var text = new StringBuilder("{\"dataValues\":[");
        var note = new string('n', 40_000);
        for (var i = 0; i < 900; i++)
            text.Append(i == 0 ? "" : ",").Append(Value(Note, $"{1100 + i}", North, note));
        Assert.True(text.Length > 35_000_000);
        using var imported = await PostAsync(node, "/api/dataValueSets", text.Append("]}").ToString());
        Assert.Equal((900, 0, 0, 0), Counts(imported.RootElement.GetProperty("response")));

        using var response = await node.Http.GetAsync(
            new Uri($"/api/33/dataValueSets?dataElement={Note}&startDate=1100-01-01&endDate=2100-01-01&orgUnit={Country}&children=true", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Null(response.Content.Headers.ContentLength);
        using var exported = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(Ct), default, Ct);
        Assert.Equal(900, exported.RootElement.GetProperty("dataValues").GetArrayLength());
    }

    [Fact]
    public async Task Export_refuses_in_an_envelope_and_answers_what_was_imported()
    {
        await using var node = await StartAsync();
        using var import = await PostAsync(node, "/api/dataValueSets", Values(Value(Count, "202401", North, "3"), Value(Count, "202402", South, "4")));
        foreach (var (query, code) in new[]
        {
            ("period=202401&orgUnit=ouClinicN01", "E2001"),
            ("dataSet=dsMonthly01&orgUnit=ouClinicN01", "E2002"),
            ("dataSet=dsMonthly01&period=202401&startDate=2024-01-01&endDate=2024-02-01&orgUnit=ouClinicN01", "E2003"),
            ("dataSet=dsMonthly01&startDate=2024-03-01&endDate=2024-02-01&orgUnit=ouClinicN01", "E2004"),
            ("dataSet=dsMonthly01&lastUpdatedDuration=4x&orgUnit=ouClinicN01", "E2005"),
            ("dataSet=dsMonthly01&period=202401", "E2006"),
        })
        {
            using var refused = await GetAsync(node, $"/api/dataValueSets?{query}", HttpStatusCode.Conflict);
            Assert.Equal(code, refused.RootElement.GetProperty("errorCode").GetString());
        }

        using var wrong = await GetAsync(node, "/api/dataValueSets?dataSet=dsMonthly01&startDate=soon&orgUnit=ouClinicN01", HttpStatusCode.BadRequest);
        using var all = await GetAsync(node, "/api/dataValueSets?dataSet=dsMonthly01&period=202401,202402&orgUnit=ouCountry01&children=true");
        Assert.Equal(["202401 3 admin", "202402 4 admin"], all.RootElement.GetProperty("dataValues").EnumerateArray()
            .Select(v => $"{v.GetProperty("period")} {v.GetProperty("value")} {v.GetProperty("storedBy")}").Order(StringComparer.Ordinal));
        using var recent = await GetAsync(node, "/api/dataValueSets?dataSet=dsMonthly01&lastUpdatedDuration=1h&orgUnit=ouClinicN01");
        Assert.Equal(1, recent.RootElement.GetProperty("dataValues").GetArrayLength());
    }

    [Fact]
    public async Task Registrations_are_imported_and_exported()
    {
        await using var node = await StartAsync();
        const string path = "/api/completeDataSetRegistrations";
        const string document = """
            {"completeDataSetRegistrations":[
              {"dataSet":"dsMonthly01","period":"202401","organisationUnit":"ouClinicN01","date":"2024-02-03","storedBy":"clerk","completed":true},
              {"dataSet":"dsMonthly01","period":"202401","organisationUnit":"ouClinicS01","date":"2024-02-04","storedBy":"clerk","completed":false},
              {"dataSet":"nopeUid1234","period":"202401","organisationUnit":"ouClinicS01"}]}
            """;
        using (var first = await PostAsync(node, path, document))
            Assert.Equal((2, 0, 1, 0), Counts(first.RootElement.GetProperty("response")));
        using (var second = await PostAsync(node, path, document))
            Assert.Equal((0, 2, 1, 0), Counts(second.RootElement.GetProperty("response")));
        using (var none = await PostAsync(node, path, "{\"completeDataSetRegistrations\":[]}", HttpStatusCode.Conflict))
            Assert.Equal("ERROR", none.RootElement.GetProperty("response").GetProperty("status").GetString());

        using (var exported = await GetAsync(node, $"{path}?dataSet=dsMonthly01&period=202401&orgUnit=ouCountry01&children=true"))
        {
            Assert.Equal(["ouClinicN01 2024-02-03 True", "ouClinicS01 2024-02-04 False"], exported.RootElement.GetProperty("completeDataSetRegistrations")
                .EnumerateArray().Select(r => $"{r.GetProperty("organisationUnit")} {r.GetProperty("date")} {r.GetProperty("completed")}"));
        }

        using (var deleted = await PostAsync(node, path + "?importStrategy=DELETE", document))
            Assert.Equal((0, 0, 1, 2), Counts(deleted.RootElement.GetProperty("response")));
        using var refused = await GetAsync(node, $"{path}?period=202401&orgUnit=ouCountry01", HttpStatusCode.Conflict);
        Assert.Equal("E2013", refused.RootElement.GetProperty("errorCode").GetString());
    }

    [Fact]
    public async Task Csv_goes_in_and_out_compressed_or_not()
    {
        await using var node = await StartAsync();
        var rows = $"dataelement,period,orgunit,coc,aoc,value\n{Count},202401,{North},,,3\n{Note},202401,{North},,,\"a, b\"\n";
        foreach (var type in new[] { "application/csv", "text/csv" })
        {
            using var response = await node.Http.PostAsync("/api/dataValueSets", new StringContent(rows, Encoding.UTF8, type), Ct);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        const string query = "/api/dataValueSets?dataElement=deCounted01,deNoteText1&period=202401&orgUnit=ouClinicN01";
        using (var request = new HttpRequestMessage(HttpMethod.Get, query) { Headers = { { "Accept", "application/csv" } } })
        using (var plain = await node.Http.SendAsync(request, Ct))
        {
            Assert.Equal("application/csv", plain.Content.Headers.ContentType!.MediaType);
            Assert.Contains(",\"a, b\",admin,", await plain.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        using (var gzip = await node.Http.GetAsync(query + "&format=csv&compression=gzip", Ct))
        {
            Assert.Equal("attachment; filename=dataValues.csv.gz; filename*=UTF-8''dataValues.csv.gz", gzip.Content.Headers.ContentDisposition!.ToString());
            var bytes = await gzip.Content.ReadAsByteArrayAsync(Ct);
            using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/gzip") } };
            using var back = await node.Http.PostAsync("/api/dataValueSets?format=csv", content, Ct);
            using var summary = JsonDocument.Parse(await back.Content.ReadAsStringAsync(Ct));
            Assert.Equal((0, 0, 2, 0), Counts(summary.RootElement.GetProperty("response")));
        }

        using (var zip = await node.Http.GetAsync(query + "&compression=zip&attachment=mine.json", Ct))
        {
            await using var archive = new ZipArchive(await zip.Content.ReadAsStreamAsync(Ct));
            Assert.Equal("mine.json", Assert.Single(archive.Entries).FullName);
        }

        using (var request = new HttpRequestMessage(HttpMethod.Get, query.Replace("Sets?", "Sets.csv?", StringComparison.Ordinal)) { Headers = { { "Accept-Encoding", "gzip" } } })
        using (var encoded = await node.Http.SendAsync(request, Ct))
        {
            Assert.Equal("gzip", Assert.Single(encoded.Content.Headers.ContentEncoding));
            await using var text = new GZipStream(await encoded.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);
            Assert.StartsWith("dataelement,period", await new StreamReader(text).ReadToEndAsync(Ct), StringComparison.Ordinal);
        }

        using var refused = await GetAsync(node, "/api/dataValueSets?period=202401&orgUnit=ouClinicN01&compression=gzip", HttpStatusCode.Conflict);
        Assert.Equal("E2001", refused.RootElement.GetProperty("errorCode").GetString());
        using var unknown = await GetAsync(node, query + "&compression=rar", HttpStatusCode.BadRequest);
    }

    private static async Task<JsonDocument> PostAsync(TestNode node, string path, string body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await node.Http.PostAsync(path, DataNode.Json(body), Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(expected == response.StatusCode, $"{response.StatusCode}: {text[..Math.Min(text.Length, 500)]}");
        return JsonDocument.Parse(text);
    }

    private static async Task<JsonDocument> GetAsync(TestNode node, string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await node.Http.GetAsync(path, Ct);
        Assert.Equal(expected, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
    }

    private static (int Imported, int Updated, int Ignored, int Deleted) Counts(JsonElement summary)
    {
        var count = summary.GetProperty("importCount");
        return (count.GetProperty("imported").GetInt32(), count.GetProperty("updated").GetInt32(),
            count.GetProperty("ignored").GetInt32(), count.GetProperty("deleted").GetInt32());
    }

    private static string Sorted(JsonElement value, params string[] members) =>
        "{" + string.Join(',', members.Select(m => $"\"{m}\":{value.GetProperty(m).GetRawText()}")) + "}";
}
