using System.Net;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.Data.V1;
using Google.Protobuf;
using Grpc.Core;
using static Contract.Tests.Data.DataNode;

namespace Contract.Tests.Data;

public class AsyncImportTests
{
    [Fact]
    public async Task Import_by_a_job_answers_at_once_and_tells_in_the_task_feed_how_it_went()
    {
        await using var node = await StartAsync();
        var document = Values(Value(Count, "202401", North, "3"), Value(Count, "202401", "nopeUid1234", "4"));
        var jobs = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            using var response = await node.Http.PostAsync("/api/dataValueSets?async=true", DataNode.Json(document), Ct);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("/api/system/tasks/DATAVALUE_IMPORT", response.Headers.Location!.OriginalString);
            using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
            Assert.Equal("Initiated dataValueImport", answer.RootElement.GetProperty("message").GetString());
            var job = answer.RootElement.GetProperty("response");
            Assert.Equal(("JobConfigurationWebMessageResponse", "DATAVALUE_IMPORT"), (Text(job, "responseType"), Text(job, "jobType")));
            Assert.Equal($"/api/system/tasks/DATAVALUE_IMPORT/{Text(job, "id")}", Text(job, "relativeNotifierEndpoint"));
            jobs.Add(Text(job, "id"));
        }

        foreach (var job in jobs)
        {
            var end = await EndAsync(node, $"/api/system/tasks/DATAVALUE_IMPORT/{job}");
            Assert.StartsWith("Import process completed successfully: ", Text(end, "message"), StringComparison.Ordinal);
            using var summary = await GetAsync(node, $"/api/system/taskSummaries/DATAVALUE_IMPORT/{job}");
            Assert.Equal("WARNING", Text(summary.RootElement, "status"));
            var conflict = Assert.Single(summary.RootElement.GetProperty("conflicts").EnumerateArray());
            Assert.Equal(("E7612", 1), (Text(conflict, "errorCode"), conflict.GetProperty("indexes")[0].GetInt32()));
            var count = summary.RootElement.GetProperty("importCount");
            Assert.Equal((job == jobs[0] ? 1 : 0, job == jobs[0] ? 1 : 2), (count.GetProperty("imported").GetInt32(), count.GetProperty("ignored").GetInt32()));
            Assert.Equal(1, summary.RootElement.GetProperty("rejectedIndexes")[0].GetInt32());
            Assert.True(summary.RootElement.GetProperty("importOptions").GetProperty("async").GetBoolean());
        }

        using var exported = await GetAsync(node, $"/api/dataValueSets?dataElement={Count}&period=202401&orgUnit={North}");
        Assert.Equal(1, exported.RootElement.GetProperty("dataValues").GetArrayLength());
    }

    [Fact]
    public async Task Job_of_a_document_that_cannot_be_read_fails()
    {
        await using var node = await StartAsync();
        using var response = await node.Http.PostAsync("/api/completeDataSetRegistrations?async=true", DataNode.Json("{"), Ct);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        var end = await EndAsync(node, Text(answer.RootElement.GetProperty("response"), "relativeNotifierEndpoint"));
        Assert.Equal("ERROR", Text(end, "level"));
        Assert.Contains("Malformed JSON", Text(end, "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Grpc_offers_the_same()
    {
        await using var node = await StartAsync();
        var values = new DataValueSetService.DataValueSetServiceClient(node.Channel);
        using (var call = values.ImportDataValueSets(cancellationToken: Ct))
        {
            await call.RequestStream.WriteAsync(new()
            {
                Options = new() { Async = true, Format = DataFormat.Csv, FirstRowIsHeader = false },
                Content = ByteString.CopyFromUtf8($"{Count},202401,{North},,,3\n"),
            }, Ct);
            await call.RequestStream.CompleteAsync();
            var job = (await call).Job;
            Assert.Equal("SUCCESS", await SummaryAsync(node, job.JobType, job.Id, await EndAsync(node, job.RelativeNotifierEndpoint)));
        }

        var registrations = new CompleteDataSetRegistrationService.CompleteDataSetRegistrationServiceClient(node.Channel);
        using (var call = registrations.ImportCompleteDataSetRegistrations(cancellationToken: Ct))
        {
            await call.RequestStream.WriteAsync(new()
            {
                Content = ByteString.CopyFromUtf8($$"""{"completeDataSetRegistrations":[{"dataSet":"{{DataSet}}","period":"202401","organisationUnit":"{{North}}","date":"2024-02-03"}]}"""),
            }, Ct);
            await call.RequestStream.CompleteAsync();
            Assert.Equal(1, (await call).Summary.ImportCount.Imported);
        }

        Assert.Contains("\"completed\":true", await ExportAsync(registrations), StringComparison.Ordinal);
        await registrations.DeleteCompleteDataSetRegistrationsAsync(new() { Ds = { DataSet }, Pe = "202401", Ou = North }, cancellationToken: Ct);
        Assert.Contains("\"completed\":false", await ExportAsync(registrations), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await registrations.DeleteCompleteDataSetRegistrationsAsync(new() { Ds = { "nopeUid1234" }, Pe = "202401", Ou = North }, cancellationToken: Ct));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }

    [Fact]
    public async Task Completeness_is_taken_back_over_REST()
    {
        await using var node = await StartAsync();
        const string path = "/api/completeDataSetRegistrations";
        using (var done = await node.Http.PostAsync(path, DataNode.Json($$"""{"completeDataSetRegistrations":[{"dataSet":"{{DataSet}}","period":"202401","organisationUnit":"{{North}}"}]}"""), Ct))
            Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        using (var removed = await node.Http.DeleteAsync($"{path}?ds={DataSet}&pe=202401&ou={Country}&multiOu=true", Ct))
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using (var exported = await GetAsync(node, $"{path}?dataSet={DataSet}&period=202401&orgUnit={North}"))
            Assert.False(Assert.Single(exported.RootElement.GetProperty("completeDataSetRegistrations").EnumerateArray()).GetProperty("completed").GetBoolean());
        foreach (var query in new[] { "ds=nope&pe=202401&ou=ouClinicN01", $"ds={DataSet}&pe=soon&ou=ouClinicN01", $"ds={DataSet}&pe=202401&ou=nope", $"ds={DataSet}&pe=202401&ou=ouClinicN01&cc=x" })
        {
            using var refused = await node.Http.DeleteAsync($"{path}?{query}", Ct);
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        }
    }

    private static async Task<string> ExportAsync(CompleteDataSetRegistrationService.CompleteDataSetRegistrationServiceClient client)
    {
        using var call = client.ExportCompleteDataSetRegistrations(new() { DataSets = { DataSet }, Periods = { "202401" }, OrgUnits = { North } }, cancellationToken: Ct);
        var text = "";
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(Ct))
            text += chunk.Content.ToStringUtf8();
        return text;
    }

    private static async Task<string> SummaryAsync(TestNode node, string type, string job, JsonElement end)
    {
        Assert.True(end.GetProperty("completed").GetBoolean());
        using var summary = await GetAsync(node, $"/api/system/taskSummaries/{type}/{job}");
        return Text(summary.RootElement, "status");
    }

    // Polls as scripts do, until the run has ended and is recorded.
    private static async Task<JsonElement> EndAsync(TestNode node, string path)
    {
        var until = DateTime.UtcNow.AddSeconds(30);
        while (DateTime.UtcNow < until)
        {
            using var feed = await GetAsync(node, path);
            using var summary = await node.Http.GetAsync(path.Replace("/tasks/", "/taskSummaries/", StringComparison.Ordinal), Ct);
            var ended = (await summary.Content.ReadAsStringAsync(Ct)).Length > 0;
            if (ended && feed.RootElement.EnumerateArray().FirstOrDefault(n => n.GetProperty("completed").GetBoolean()) is { ValueKind: JsonValueKind.Object } end)
                return end.Clone();
            await Task.Delay(20, Ct);
        }

        throw new TimeoutException($"{path} did not end.");
    }

    private static async Task<JsonDocument> GetAsync(TestNode node, string path)
    {
        using var response = await node.Http.GetAsync(path, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
    }

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
