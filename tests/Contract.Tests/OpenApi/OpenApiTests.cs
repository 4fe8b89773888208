using System.Text.Json;
using System.Text.Json.Nodes;
using Contract.Tests.Hosting;
using Contract.Tests.Rest;
using Dhis2Grpc.Server.Rest;
using Dhis2Grpc.Server.Rest.OpenApi;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Sdk;

namespace Contract.Tests.OpenApi;

/// <summary>What the OpenAPI document promises. That responses keep it is checked with every request of every contract
/// test, by <see cref="DocumentedResponses"/>.</summary>
public sealed class OpenApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_is_served_without_a_login_in_every_version()
    {
        await using var node = await TestNode.StartAsync();
        using var nobody = node.ConnectHttp(null, null);

        var document = JsonNode.Parse(await nobody.GetStringAsync("/api/openapi.json", Cancel))!;

        Assert.StartsWith("3.1.", (string)document["openapi"]!, StringComparison.Ordinal);
        Assert.Equal(document.ToJsonString(), JsonNode.Parse(await nobody.GetStringAsync("/api/39/openapi.json", Cancel))!.ToJsonString());
    }

    [Fact]
    public async Task Every_route_is_an_operation_that_says_what_it_does()
    {
        await using var node = await TestNode.StartAsync();
        var api = await DocumentedResponses.ApiOfAsync(node.Services);
        var operations = api.Operations.ToList();

        var endpoints = from endpoint in node.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                        let route = endpoint.Metadata.GetMetadata<DescribedEndpoint>()?.Path ?? "/" + endpoint.RoutePattern.RawText?.TrimStart('/')
                        where route.StartsWith("/api/", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<UndocumentedEndpoint>() is null
                        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
                        select (Name: $"{method} {route}", endpoint);

        Assert.Equal(endpoints.Select(e => e.Name).Distinct().Count(), operations.Count);
        Assert.Empty(endpoints
            .Where(e => e.endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is null && e.endpoint.Metadata.GetMetadata<DescribedEndpoint>() is null)
            .Select(e => $"{e.Name} says nothing of itself: give it a DescribedEndpoint."));
        Assert.All(operations, o => Assert.False(string.IsNullOrWhiteSpace((string?)o.Operation["description"]), $"{o.Method} {o.Path} has no description."));
        Assert.All(operations.SelectMany(o => o.Operation["parameters"]?.AsArray() ?? []), p => Assert.False(string.IsNullOrWhiteSpace((string?)p!["description"]), p.ToJsonString()));
    }

    [Fact]
    public async Task Comments_ranges_and_defaults_of_the_contracts_are_in_the_document()
    {
        await using var node = await TestNode.StartAsync();
        var schemas = JsonNode.Parse(await node.Http.GetStringAsync("/api/openapi.json", Cancel))!["components"]!["schemas"]!;

        var job = schemas["JobConfiguration"]!["properties"]!;
        Assert.Equal("Name, unique, at most 230 characters.", (string?)job["name"]!["description"]);
        Assert.Equal("integer", (string?)job["delay"]!["type"]);
        Assert.Equal("#/components/schemas/JobType", (string?)job["jobType"]!["$ref"]);
        Assert.Null(schemas["JobConfigurationInput"]!["properties"]!["created"]);
        var pageSize = schemas["DataSyncParametersInput"]!["properties"]!["pageSize"]!;
        Assert.Equal((50, 30000, 10000), ((int)pageSize["minimum"]!, (int)pageSize["maximum"]!, (int)pageSize["default"]!));
        Assert.Contains("ANALYTICS_TABLE", schemas["JobType"]!["enum"]!.AsArray().Select(n => (string)n!));
    }

    [Fact]
    public async Task Each_event_of_a_watch_fits_the_document()
    {
        await using var node = await TestNode.StartAsync();
        var api = await DocumentedResponses.ApiOfAsync(node.Services);
        var created = await node.Http.PostAsync("/api/jobConfigurations", RequestBindingTests.Json(
            $$$"""{"name": "watched", "jobType": "TEST", "cronExpression": "{{{SharedNode.NextCron()}}}", "jobParameters": {"stages": 2, "items": 5}}"""), Cancel);
        var job = created.Headers.Location!.AbsolutePath;
        await node.Http.PostAsync(job + "/execute", null, Cancel);

        var lines = await node.Http.GetStringAsync(job + "/watch", Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        var schema = api.ResponseOf("GET", "/jobConfigurations/x/watch", 200)!["content"]!["application/x-ndjson"]!["schema"]!;
        Assert.All(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries), line =>
        {
            using var json = JsonDocument.Parse(line);
            Assert.Empty(api.Faults(schema, json.RootElement));
        });
    }

    [Theory]
    [InlineData("""{"id": 5}""")]
    [InlineData("""{"nobodyKnows": true}""")]
    [InlineData("""{"jobType": "FOO"}""")]
    [InlineData("""{"created": "yesterday"}""")]
    [InlineData("""{"jobParameters": {"skipTableTypes": [], "skipPrograms": [], "skipResourceTables": false, "skipOutliers": "no"}}""")]
    public async Task The_judge_notices_what_is_wrong(string job)
    {
        await using var node = await TestNode.StartAsync();
        var api = await DocumentedResponses.ApiOfAsync(node.Services);
        var schema = api.ResponseOf("GET", "/jobConfigurations/x", 200)!["content"]!["application/json"]!["schema"]!;
        using var json = JsonDocument.Parse(job);
        using var right = JsonDocument.Parse("""{"id": "abcdefghijk", "jobParameters": {"skipTableTypes": [], "skipPrograms": [], "skipResourceTables": false, "skipOutliers": false}}""");

        Assert.NotEmpty(api.Faults(schema, json.RootElement));
        Assert.Empty(api.Faults(schema, right.RootElement));
    }

    [Theory]
    [InlineData("application/x-ndjson", "{\"id\": 5}\n")]
    [InlineData("text/event-stream", "id: 1\nevent: snapshot\ndata: {\"nobodyKnows\": true}\n\n")]
    [InlineData("text/event-stream", "event: error\ndata: {\"snapshot\": {}}\n\n")]
    [InlineData("text/event-stream", "colour: red\n\n")]
    public async Task The_judge_notices_wrong_events_as_they_are_read(string type, string body)
    {
        await using var node = await TestNode.StartAsync();
        using var played = new HttpClient(new DocumentedResponses(node.Services, new Played(type, body))) { BaseAddress = new Uri("http://localhost") };
        using var opened = await played.GetAsync("/api/scheduling/watch", HttpCompletionOption.ResponseHeadersRead, Cancel);

        await Assert.ThrowsAsync<XunitException>(() => opened.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("name~rename(id)~size", """{"id": "five"}""", true)]
    [InlineData("name~rename(n)", """{"n": 5}""", false)]
    [InlineData("name~rename(n)", """{"n": "a", "m": 1}""", false)]
    [InlineData("translations~size", """{"translations": []}""", false)]
    [InlineData("translations~isEmpty", """{"translations": true}""", true)]
    [InlineData("translations[locale~rename(l)]", """{"translations": [{"l": 5}]}""", false)]
    [InlineData("translations~keyBy(locale)", """{"translations": {"fr": [{"value": "x"}]}}""", true)]
    public async Task The_judge_takes_back_what_transformers_made(string fields, string job, bool fits)
    {
        await using var node = await TestNode.StartAsync();
        using var played = new HttpClient(new DocumentedResponses(node.Services, new Played("application/json", job))) { BaseAddress = new Uri("http://localhost") };

        Task Ask() => played.GetAsync($"/api/jobConfigurations/aaaaaaaaaaa?fields={Uri.EscapeDataString(fields)}", Cancel);

        if (fits)
            await Ask();
        else
            await Assert.ThrowsAsync<XunitException>(Ask);
    }

    [Fact]
    public async Task The_pages_to_read_it_by_need_nothing_from_elsewhere()
    {
        await using var node = await TestNode.StartAsync();
        using var nobody = node.ConnectHttp(null, null);

        var page = await nobody.GetStringAsync("/api/docs/", Cancel);
        var script = await nobody.GetAsync("/api/docs/scalar.js", Cancel);

        Assert.Contains("api/openapi.json", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.True(script.IsSuccessStatusCode);
    }

    /// <summary>Answers anything with one body.</summary>
    private sealed class Played(string type, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue(type)) });
    }
}
