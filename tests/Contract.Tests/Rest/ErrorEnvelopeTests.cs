using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Grpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Contract.Tests.Rest;

public sealed class ErrorEnvelopeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{\n  \"name\": \"a\",\n  \"jobType\" \"X\"\n}", 3, 13)]
    [InlineData("{\"name\": 'a'}", 1, 10)]
    [InlineData("{\"name\": \"a\"", 1, 13)]
    [InlineData("{\"name\": \"a\"} x", 1, 15)]
    [InlineData("{/* no */}", 1, 2)]
    public async Task Malformed_json_names_line_and_column(string body, int line, int column)
    {
        await using var edge = await EdgeHost.StartAsync();

        var message = await RefusedAsync(edge, body, HttpStatusCode.Conflict);

        Assert.StartsWith("The request body is not valid JSON: ", message, StringComparison.Ordinal);
        Assert.EndsWith($"(line {line}, column {column})", message, StringComparison.Ordinal);
        Assert.Empty(edge.Jobs.Received);
    }

    [Theory]
    [InlineData("""{"delay": "soon"}""", "`delay` must be a number of seconds, but is `soon` (line 1, column 11).")]
    [InlineData("""{"delay": 1e40}""", "`delay` must be a number of seconds, but is `1e40` (line 1, column 11).")]
    [InlineData("""{"enabled": []}""", "`enabled` must be true or false, but is an array (line 1, column 13).")]
    [InlineData("""{"name": {}}""", "`name` must be a text, but is an object (line 1, column 10).")]
    [InlineData("""{"jobType": "resource_table"}""", "`jobType` must be one of ")]
    [InlineData("""{"jobType": "FOO"}""", "`jobType` must be one of ")]
    [InlineData("""{"jobType": 3}""", "`jobType` must be one of ")]
    [InlineData("""{"jobType": "ANALYTICS_TABLE", "jobParameters": []}""", "`jobParameters` must be an object (line 1, column 49).")]
    [InlineData("""{"jobType": "ANALYTICS_TABLE", "jobParameters": {"lastYears": 99999999999}}""", "`lastYears` must be a whole number, but is `99999999999` (line 1, column 63).")]
    [InlineData("""{"jobType": "ANALYTICS_TABLE", "jobParameters": {"skipPrograms": "a"}}""", "`skipPrograms` must be an array (line 1, column 66).")]
    [InlineData("""{"jobType": "ANALYTICS_TABLE", "jobParameters": {"skipTableTypes": ["NOPE"]}}""", "`skipTableTypes` must be one of DATA_VALUE, ")]
    [InlineData("""{"translations": [1]}""", "An element of `translations` must be an object (line 1, column 19).")]
    [InlineData("[]", "The request body must be a JSON object (line 1, column 1).")]
    [InlineData("null", "The request body is null.")]
    [InlineData("", "The request body is missing.")]
    [InlineData(" \r\n", "The request body is missing.")]
    public async Task Values_of_the_wrong_kind_are_refused_in_words(string body, string expected)
    {
        await using var edge = await EdgeHost.StartAsync();

        Assert.StartsWith(expected, await RefusedAsync(edge, body, HttpStatusCode.Conflict), StringComparison.Ordinal);
        Assert.Empty(edge.Jobs.Received);
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        await using var edge = await EdgeHost.StartAsync();

        await RefusedAsync(edge, "{\"x\":" + new string('[', 100_000) + new string(']', 100_000) + "}", HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Invalid_utf8_is_refused()
    {
        await using var edge = await EdgeHost.StartAsync();
        using var content = new ByteArrayContent([.. "{\"name\": \""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var response = await edge.Http.PostAsync("/api/jobConfigurations", content, Cancel);

        await EnvelopeAsync(response, HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("/api/nope", "The path /api/nope does not exist.")]
    [InlineData("/api/27/jobConfigurations", "The path /api/27/jobConfigurations does not exist.")]
    [InlineData("/api/45/jobConfigurations", "The path /api/45/jobConfigurations does not exist.")]
    [InlineData("/api/1/jobConfigurations", "The path /api/1/jobConfigurations does not exist.")]
    [InlineData("/api/33", "The path /api/33 does not exist.")]
    [InlineData("/api/33/nope", "The path /api/33/nope does not exist.")]
    public async Task Unknown_paths_and_versions_are_404(string path, string message)
    {
        await using var edge = await EdgeHost.StartAsync();

        var envelope = await EnvelopeAsync(await edge.Http.GetAsync(path, Cancel), HttpStatusCode.NotFound);

        Assert.Equal(message, envelope.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_wrong_method_is_405_and_names_the_right_ones()
    {
        await using var edge = await EdgeHost.StartAsync();

        var response = await edge.Http.PatchAsync("/api/jobConfigurations", null, Cancel);

        await EnvelopeAsync(response, HttpStatusCode.MethodNotAllowed);
        Assert.Equal(["GET", "POST"], response.Content.Headers.Allow.Order());
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=klingon")]
    public async Task A_wrong_media_type_is_415(string type)
    {
        await using var edge = await EdgeHost.StartAsync();
        using var content = new ByteArrayContent("""{"name": "a"}"""u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        await EnvelopeAsync(await edge.Http.PostAsync("/api/jobConfigurations", content, Cancel), HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_too_large_is_413(bool packed)
    {
        await using var edge = await EdgeHost.StartAsync(limits: l => l.MaxRequestBodySize = 1000);
        var body = Encoding.UTF8.GetBytes($$"""{"name": "{{new string('a', 10_000)}}"}""");
        if (packed)
        {
            using var stream = new MemoryStream();
            await using (var gzip = new System.IO.Compression.GZipStream(stream, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
                await gzip.WriteAsync(body, Cancel);
            body = stream.ToArray();
        }

        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (packed)
            content.Headers.ContentEncoding.Add("gzip");

        await EnvelopeAsync(await edge.Http.PostAsync("/api/jobConfigurations", content, Cancel), HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("/api/scheduling/running/foo", "No enum constant org.hisp.dhis.scheduling.JobType.FOO")]
    [InlineData("/api/scheduling/runs?state=FOO", "No enum constant org.hisp.dhis.scheduling.JobRunState.FOO")]
    [InlineData("/api/41/jobConfigurations?pageSize=many", "`many` in the query is not valid for `pageSize`, which must be a whole number.")]
    [InlineData("/api/jobConfigurations?fields=a[a[a[a[a[a[a[a[a[a[a[a[a[a[a[a[a[a[b", "The parameter `fields` is nested more than 16 levels deep.")]
    public async Task Bad_values_in_path_and_query_are_400(string path, string message)
    {
        await using var edge = await EdgeHost.StartAsync();

        var envelope = await EnvelopeAsync(await edge.Http.GetAsync(path, Cancel), HttpStatusCode.BadRequest);

        Assert.Equal(message, envelope.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_known_failure_becomes_its_envelope_by_way_of_the_rich_status()
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Jobs.Answer = _ => throw RichErrors.ToRpcException(Dhis2Exception.NotFound("JobConfiguration", "aB3dEfGhIj1"));

        var response = await edge.Http.GetAsync("/api/jobConfigurations/aB3dEfGhIj1", Cancel);

        await EnvelopeAsync(response, HttpStatusCode.NotFound);
        Assert.Equal("no-cache, private", response.Headers.CacheControl!.ToString());
        Assert.Equal(
            """{"httpStatus":"Not Found","httpStatusCode":404,"status":"ERROR","message":"JobConfiguration with id aB3dEfGhIj1 could not be found.","errorCode":"E1005"}""",
            await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Problems_of_an_object_are_listed_in_the_response(bool rich)
    {
        await using var edge = await EdgeHost.StartAsync();
        var failure = new Dhis2Exception(ErrorKind.Conflict, "Missing required property `name`")
        {
            ObjectClass = "org.hisp.dhis.scheduling.JobConfiguration",
            ObjectUid = "aB3dEfGhIj1",
            Reports =
            [
                new ErrorReport("E4000", "Missing required property `name`", "name")
                {
                    MainClass = "org.hisp.dhis.scheduling.JobConfiguration", PropertyClass = "java.lang.String", Arguments = ["name"],
                },
            ],
        };
        edge.Jobs.Answer = _ => throw (rich ? RichErrors.ToRpcException(failure) : failure);

        var response = await edge.Http.PostAsync("/api/jobConfigurations", RequestBindingTests.Json("{}"), Cancel);

        await EnvelopeAsync(response, HttpStatusCode.Conflict);
        ResponseShapeTests.AssertJson(
            """
            {"httpStatus":"Conflict","httpStatusCode":409,"status":"ERROR",
             "message":"One or more errors occurred, please see full details in import report.",
             "response":{"responseType":"ObjectReport","klass":"org.hisp.dhis.scheduling.JobConfiguration","uid":"aB3dEfGhIj1",
              "errorReports":[{"message":"Missing required property `name`","mainKlass":"org.hisp.dhis.scheduling.JobConfiguration",
                "errorCode":"E4000","errorKlass":"java.lang.String","errorProperty":"name","errorProperties":["name"]}]}}
            """, await response.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("/api", HttpStatusCode.OK)]
    [InlineData("/api/40", HttpStatusCode.OK)]
    [InlineData("/api/41", HttpStatusCode.Conflict)]
    public async Task A_refused_run_is_a_success_with_a_report_until_40(string prefix, HttpStatusCode expected)
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Jobs.Answer = _ => throw RichErrors.ToRpcException(new Dhis2Exception(ErrorKind.Conflict, "Failed to execute job: `a`.")
        {
            ObjectClass = "org.hisp.dhis.scheduling.JobConfiguration",
            Reports = [new ErrorReport("E7006", "Failed to execute job: `a`.")],
        });

        var response = await edge.Http.PostAsync($"{prefix}/jobConfigurations/aB3dEfGhIj1/execute", null, Cancel);

        Assert.Equal(expected, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel));
        var report = expected == HttpStatusCode.OK ? json.RootElement : json.RootElement.GetProperty("response");
        Assert.Equal("E7006", report.GetProperty("errorReports")[0].GetProperty("errorCode").GetString());
        Assert.Equal(expected != HttpStatusCode.OK, report.TryGetProperty("responseType", out _));
    }

    [Theory]
    [InlineData(StatusCode.Unauthenticated, HttpStatusCode.Unauthorized)]
    [InlineData(StatusCode.PermissionDenied, HttpStatusCode.Forbidden)]
    [InlineData(StatusCode.FailedPrecondition, HttpStatusCode.Conflict)]
    [InlineData(StatusCode.Unimplemented, HttpStatusCode.NotImplemented)]
    [InlineData(StatusCode.Unavailable, HttpStatusCode.ServiceUnavailable)]
    public async Task A_plain_status_becomes_an_envelope(StatusCode code, HttpStatusCode expected)
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Jobs.Answer = _ => throw new RpcException(new Status(code, "said so"));

        var response = await edge.Http.GetAsync("/api/jobConfigurations", Cancel);

        Assert.Equal("said so", (await EnvelopeAsync(response, expected)).GetProperty("message").GetString());
        Assert.Equal(code == StatusCode.Unauthenticated, response.Headers.WwwAuthenticate.Count > 0);
    }

    [Fact]
    public async Task An_unexpected_failure_tells_nothing_of_the_inside()
    {
        await using var edge = await EdgeHost.StartAsync(map: app =>
            app.MapGet("/api/document", (HttpContext _) => throw new InvalidOperationException("secret")));
        edge.ExpectErrors("failed unexpectedly");
        edge.Jobs.Answer = _ => throw new InvalidOperationException("secret");

        foreach (var path in new[] { "/api/jobConfigurations", "/api/document" })
        {
            var envelope = await EnvelopeAsync(await edge.Http.GetAsync(path, Cancel), HttpStatusCode.InternalServerError);
            Assert.DoesNotContain("secret", envelope.GetRawText(), StringComparison.Ordinal);
            Assert.Contains("its log has the details under ", envelope.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_method_that_answers_nothing_is_a_failure_of_the_server()
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.ExpectErrors("answered nothing");

        await EnvelopeAsync(await edge.Http.GetAsync("/api/me", Cancel), HttpStatusCode.InternalServerError);
    }

    [Fact]
    public async Task A_failure_told_by_the_status_alone_is_one()
    {
        await using var edge = await EdgeHost.StartAsync();

        var envelope = await EnvelopeAsync(await edge.Http.GetAsync("/api/system/info", Cancel), HttpStatusCode.NotFound);

        Assert.Equal("no such thing", envelope.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Methods_that_are_not_served_are_501()
    {
        await using var edge = await EdgeHost.StartAsync();

        await EnvelopeAsync(await edge.Http.GetAsync("/api/synchronization/availability", Cancel), HttpStatusCode.NotImplemented);
    }

    [Fact]
    public async Task Failures_of_document_endpoints_become_envelopes_too()
    {
        await using var edge = await EdgeHost.StartAsync(map: app =>
            app.MapGet("/api/document", (HttpContext _) => throw new Dhis2Exception(ErrorKind.Conflict, "no", "E1000") { HttpStatus = 422 }));

        var envelope = await EnvelopeAsync(await edge.Http.GetAsync("/api/38/document", Cancel), HttpStatusCode.UnprocessableEntity);

        Assert.Equal("E1000", envelope.GetProperty("errorCode").GetString());
    }

    private static async Task<string> RefusedAsync(EdgeHost edge, string body, HttpStatusCode status)
    {
        using var response = await edge.Http.PostAsync("/api/jobConfigurations", RequestBindingTests.Json(body), Cancel);
        return (await EnvelopeAsync(response, status)).GetProperty("message").GetString()!;
    }

    private static async Task<JsonElement> EnvelopeAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement;
        Assert.Equal((int)status, json.GetProperty("httpStatusCode").GetInt32());
        Assert.Equal("ERROR", json.GetProperty("status").GetString());
        Assert.Equal("no-cache, private", response.Headers.CacheControl!.ToString());
        return json;
    }
}
