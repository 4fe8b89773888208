using System.Text.Json;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;

namespace Contract.Tests.Synchronization;

/// <summary>Receivers of all ages that refuse values.</summary>
public sealed class PushConflictTests
{
    private const string Values = "/api/dataValueSets";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    // The peer refuses the months of these numbers, and stores the others.
    private static readonly int[] Bad = [7, 8, 33];

    [Theory]
    [InlineData("2.36", 1)]
    [InlineData("2.37", 1)]
    [InlineData("2.39", 1)]
    [InlineData("2.43", 1)]
    [InlineData("whole body", 2)]
    [InlineData("no positions", 0)]
    [InlineData("unknown version, by data set", 0)]
    public async Task Refused_values_are_kept_as_conflicts_and_all_others_are_delivered(string receiver, int posts)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 60);
        var stored = new Dictionary<string, string>();
        peer.Version = receiver == "2.43" ? "2.43.1" : receiver.StartsWith("2.", StringComparison.Ordinal) ? receiver + ".0" : "unknown";
        peer.Answer = r => r.Path == Values ? Receive(r, receiver, stored, Bad) : null;

        var answer = await DataPushTests.PushAsync(node);

        Assert.Contains("\"status\":\"WARNING\"", answer, StringComparison.Ordinal);
        Assert.Equal(60 - Bad.Length, stored.Count);
        if (posts > 0)
            Assert.Equal(posts, peer.Posts(Values).Count);
        if (receiver is "2.43" or "unknown version, by data set")
            Assert.Contains($"\"dataSet\":\"{DataNode.DataSet}\"", peer.Posts(Values)[^1].Body, StringComparison.Ordinal);
        // What was refused is not accounted for in full, by default.
        Assert.Equal("1970-01-01T00:00:00.000", await DataPushTests.LastSuccessAsync(node));

        var conflicts = await ConflictsAsync(node);
        Assert.Equal(Bad.Select(SyncNode.Month).Order(), conflicts.Select(c => c.GetProperty("period").GetString()).Order());
        Assert.All(conflicts, c => Assert.Equal((DataNode.Count, DataNode.North, 1, "refused"), (c.GetProperty("dataElement").GetString(),
            c.GetProperty("orgUnit").GetString(), c.GetProperty("attempts").GetInt32(), c.GetProperty("message").GetString()!.Split(':')[0])));

        var grpc = await DataPushTests.Client(node).ListPushConflictsAsync(new() { PageSize = 2, Page = 2 }, cancellationToken: Ct);
        Assert.Equal((3, 1), ((int)grpc.Pager.Total, grpc.Conflicts.Count));

        // One is corrected here, one there, and one not at all.
        await SyncNode.ImportAsync(node.Http, [DataNode.Value(DataNode.Count, SyncNode.Month(7), DataNode.North, "700")]);
        peer.Answer = r => r.Path == Values ? Receive(r, receiver, stored, [33]) : null;
        await DataPushTests.PushAsync(node);

        var left = Assert.Single(await ConflictsAsync(node));
        Assert.Equal((SyncNode.Month(33), 2), (left.GetProperty("period").GetString(), left.GetProperty("attempts").GetInt32()));
        Assert.Equal("700", stored[SyncNode.Month(7)]);

        peer.Answer = _ => null;
        await DataPushTests.PushAsync(node);
        Assert.Empty(await ConflictsAsync(node));
        Assert.NotEqual("1970-01-01T00:00:00.000", await DataPushTests.LastSuccessAsync(node));
        var before = peer.Posts(Values).Count;
        await DataPushTests.PushAsync(node);
        Assert.Equal(before, peer.Posts(Values).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refused_values_hold_the_time_of_the_last_success_only_where_it_is_strict_and_nothing_taken_is_sent_again(bool strict)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url, $"Dhis2:Synchronization:StrictConflicts={strict}");
        await SyncNode.EnterAsync(node.Http, 60);
        var stored = new Dictionary<string, string>();
        peer.Answer = r => r.Path == Values ? Receive(r, "2.39", stored, Bad) : null;

        var first = await TimesAsync(DateTime.UtcNow);
        Assert.Equal(strict, first.LastSuccess.Year == 1970);
        await SyncNode.EnterAsync(node.Http, 1, first: 100);
        var second = await TimesAsync(DateTime.UtcNow);
        Assert.Equal(strict, second.LastSuccess.Year == 1970);
        // The new one, and those that were refused; for the rest the first time was enough.
        Assert.Equal([1, Bad.Length], second.Sent);
        var began = DateTime.UtcNow;
        peer.Answer = _ => null;
        var third = await TimesAsync(began);
        Assert.Equal([Bad.Length], third.Sent);
        // It becomes the time at which the last push began of which all is taken now.
        Assert.InRange(third.LastSuccess, began.AddSeconds(-1), DateTime.UtcNow);
        Assert.Empty((await TimesAsync(began)).Sent);

        async Task<(DateTime LastSuccess, int[] Sent)> TimesAsync(DateTime from)
        {
            var before = peer.Posts(Values).Count;
            await DataPushTests.PushAsync(node);
            return (DateTime.Parse(await DataPushTests.LastSuccessAsync(node), System.Globalization.CultureInfo.InvariantCulture),
                [.. peer.Posts(Values).Skip(before).Select(p => SyncNode.Values(p).Count)]);
        }
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(400)]
    [InlineData(0)]
    public async Task Values_at_which_the_receiver_fails_are_found_and_kept_and_hold_up_nothing_else(int status)
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url, "Dhis2:Synchronization:StrictConflicts=false");
        await SyncNode.EnterAsync(node.Http, 500);
        var stored = new Dictionary<string, string>();
        var poison = Bad.Select(SyncNode.Month).ToHashSet();
        peer.Answer = r => r.Path != Values ? null
            : SyncNode.Values(r).Exists(v => poison.Contains(v.GetProperty("period").GetString()!)) ? new(status, "<html>NullPointerException</html>", "text/html") { Abort = status == 0 }
            : Receive(r, "2.39", stored, []);
        var job = await SyncNode.CreateJobAsync(node.Channel, 200);

        var run = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal(JobRunState.Completed, run.State);
        Assert.Equal("500 sent in 3 pages, 3 rejected", run.Sequence[0].Summary);
        Assert.Equal(500 - Bad.Length, stored.Count);
        var conflicts = await ConflictsAsync(node);
        Assert.Equal(poison.Order(), conflicts.Select(c => c.GetProperty("period").GetString()!).Order());
        Assert.All(conflicts, c => Assert.Contains(status == 0 ? "broke" : $"{status}", c.GetProperty("message").GetString(), StringComparison.Ordinal));
        // Three values of one page, each found with two requests for every halving.
        Assert.InRange(peer.Posts(Values).Count, 3, 70);
        Assert.NotEqual("1970-01-01T00:00:00.000", await DataPushTests.LastSuccessAsync(node));

        // The next run sends what is new, and offers them once more.
        await SyncNode.EnterAsync(node.Http, 1, DataNode.South);
        var again = await SyncNode.RunAsync(node.Channel, job);
        Assert.Equal("4 sent in 2 pages, 3 rejected", again.Sequence[0].Summary);
        Assert.All(await ConflictsAsync(node), c => Assert.Equal(2, c.GetProperty("attempts").GetInt32()));
        peer.Answer = r => r.Path == Values ? Receive(r, "2.39", stored, []) : null;
        await SyncNode.RunAsync(node.Channel, job);
        Assert.Empty(await ConflictsAsync(node));
        Assert.Equal(500, stored.Count);
    }

    [Fact]
    public async Task A_registration_at_which_the_receiver_fails_is_kept_and_holds_up_nothing_else()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await RegisterAsync(0);
        peer.Answer = r => r.Path == "/api/completeDataSetRegistrations" && r.Body.Contains($"\"{SyncNode.Month(0)}\"", StringComparison.Ordinal) ? new(500, "boom") : null;
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);

        var run = await SyncNode.RunAsync(node.Channel, job);
        await RegisterAsync(1);
        var next = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Completed, JobRunState.Completed), (run.State, next.State));
        Assert.Equal("2 sent in 2 pages, 1 rejected", next.Sequence[1].Summary);
        Assert.Equal(SyncNode.Month(0), Assert.Single(await ConflictsAsync(node)).GetProperty("period").GetString());
        // An empty list of registrations is an error to DHIS2, and is never sent.
        Assert.All(peer.Posts("/api/completeDataSetRegistrations"), p => Assert.NotEmpty(SyncNode.Values(p)));

        async Task RegisterAsync(int month)
        {
            var answer = await node.Http.PostAsync("/api/completeDataSetRegistrations", DataNode.Json(
                $$"""{"completeDataSetRegistrations":[{"dataSet":"{{DataNode.DataSet}}","period":"{{SyncNode.Month(month)}}","organisationUnit":"{{DataNode.North}}","completed":true}]}"""), Ct);
            Assert.True(answer.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_job_with_refused_values_completes_and_says_how_many()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 60);
        peer.Answer = r => r.Path == Values ? Receive(r, "2.39", [], Bad) : null;
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);

        var run = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal(JobRunState.Completed, run.State);
        var stages = run.Sequence[0].Stages;
        Assert.StartsWith("50 sent, 3 rejected", stages.Single(s => s.Description == "Push changed data values").Items[0].Summary, StringComparison.Ordinal);
        Assert.Equal("60 sent in 2 pages, 3 rejected", run.Sequence[0].Summary);
        var error = Assert.Single(run.Errors);
        Assert.Equal(("E7619", "DataValue"), (error.Code, error.Type));
        var view = await new JobConfigurationService.JobConfigurationServiceClient(node.Channel).GetJobConfigurationAsync(new() { Uid = job }, cancellationToken: Ct);
        Assert.Equal("E7619", view.JobConfiguration.ErrorCodes);
    }

    [Fact]
    public async Task Refused_registrations_are_found_though_receivers_name_no_positions()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        var registrations = Enumerable.Range(0, 20).Select(i =>
            $$"""{"dataSet":"{{DataNode.DataSet}}","period":"{{SyncNode.Month(i)}}","organisationUnit":"{{DataNode.North}}","completed":true}""");
        var entered = await node.Http.PostAsync("/api/completeDataSetRegistrations",
            DataNode.Json($$"""{"completeDataSetRegistrations":[{{string.Join(',', registrations)}}]}"""), Ct);
        Assert.True(entered.IsSuccessStatusCode);
        var taken = new HashSet<string>();
        peer.Answer = r => r.Path == "/api/completeDataSetRegistrations" ? Register(r, taken, SyncNode.Month(13)) : null;
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);

        var run = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal(JobRunState.Completed, run.State);
        Assert.Equal("20 sent in 1 pages, 1 rejected", run.Sequence[1].Summary);
        Assert.Equal(19, taken.Count);
        var conflict = Assert.Single(await ConflictsAsync(node));
        Assert.Equal((DataNode.DataSet, SyncNode.Month(13), "Period is locked"), (conflict.GetProperty("dataSet").GetString(),
            conflict.GetProperty("period").GetString(), conflict.GetProperty("message").GetString()!.Split(':')[0]));
        Assert.False(conflict.TryGetProperty("dataElement", out _));

        // A status of SUCCESS as soon as one entry was taken, ERROR when none was, and conflicts of object and value only.
        static PeerAnswer Register(PeerRequest request, HashSet<string> taken, string locked)
        {
            var periods = SyncNode.Values(request).Select(v => v.GetProperty("period").GetString()!).ToList();
            taken.UnionWith(periods.Where(p => p != locked));
            var refused = periods.Contains(locked);
            var status = refused && periods.Count == 1 ? "ERROR" : "SUCCESS";
            var conflicts = refused ? $$"""{"object":"{{locked}}","value":"Period is locked"}""" : "";
            return new(status == "ERROR" ? 409 : 200, $$"""
                {"status":"OK","response":{"responseType":"ImportSummary","status":"{{status}}","conflicts":[{{conflicts}}],
                 "importCount":{"imported":{{periods.Count}},"updated":0,"ignored":0,"deleted":0} } }
                """);
        }
    }

    [Fact]
    public async Task A_receiver_that_refuses_without_end_fails_the_page_and_loses_nothing()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 450);
        peer.Answer = r => r.Path == Values ? Receive(r, "no positions", [], [.. Enumerable.Range(0, 450)]) : null;

        var answer = await node.Http.PostAsync("/api/synchronization/dataPush", null, Ct);

        Assert.Equal(502, (int)answer.StatusCode);
        Assert.Contains("without saying which", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("1970-01-01T00:00:00.000", await DataPushTests.LastSuccessAsync(node));
        peer.Answer = _ => null;
        await DataPushTests.PushAsync(node);
        Assert.Equal(450, SyncNode.Values(peer.Posts(Values)[^1]).Count);
    }

    [Fact]
    public async Task A_receiver_that_cannot_read_gzip_gets_plain_json()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 3);
        peer.Answer = r => r.Path == Values && r.Gzip ? new(415, "<html>no gzip</html>", "text/html") : null;

        await DataPushTests.PushAsync(node);

        Assert.Equal([true, false], peer.Posts(Values).Select(p => p.Gzip));
        Assert.Equal(3, SyncNode.Values(peer.Posts(Values)[1]).Count);
    }

    private static async Task<List<JsonElement>> ConflictsAsync(TestNode node)
    {
        using var page = JsonDocument.Parse(await node.Http.GetStringAsync("/api/33/synchronization/conflicts", Ct));
        return [.. page.RootElement.GetProperty("conflicts").EnumerateArray().Select(c => c.Clone())];
    }

    /// <summary>Answers as a receiver of the kind that refuses the months of these numbers.</summary>
    private static PeerAnswer Receive(PeerRequest request, string receiver, Dictionary<string, string> stored, int[] bad)
    {
        var byDataSet = receiver is "2.43" or "unknown version, by data set";
        if (byDataSet && !request.Body.StartsWith("{\"dataSet\":", StringComparison.Ordinal))
        {
            return new(409, """
                {"httpStatus":"Conflict","httpStatusCode":409,"status":"ERROR","response":{"responseType":"ImportSummary","status":"ERROR",
                 "importCount":{"imported":0,"updated":0,"ignored":60,"deleted":0},"conflicts":[{"object":"x","value":"several data sets","errorCode":"E8002"}]}}
                """);
        }
        var values = SyncNode.Values(request);
        var months = bad.Select(SyncNode.Month).ToHashSet();
        var indexes = values.Select((v, i) => (Month: v.GetProperty("period").GetString()!, i)).Where(v => months.Contains(v.Month)).Select(v => v.i).ToList();
        var whole = receiver == "whole body" && indexes.Count > 0;
        if (!whole)
        {
            foreach (var value in values.Where((_, i) => !indexes.Contains(i)))
                stored[value.GetProperty("period").GetString()!] = value.GetProperty("value").GetString()!;
        }
        if (indexes.Count == 0)
            return PeerAnswer.Success;
        var list = string.Join(',', indexes);
        var conflict = receiver is "no positions" or "2.36"
            ? """{"object":"x","value":"refused"}"""
            : $$"""{"object":"x","value":"refused","errorCode":"E7619","indexes":[{{list}}]}""";
        var rejected = receiver == "no positions" ? "" : $",\"rejectedIndexes\":[{list}]";
        var summary = $$"""
            {"responseType":"ImportSummary","status":"{{(whole ? "ERROR" : "WARNING")}}","importCount":{"imported":1,"updated":0,"ignored":{{indexes.Count}},"deleted":0},
             "conflicts":[{{conflict}}]{{rejected}}}
            """;
        return receiver switch
        {
            "2.36" or "2.37" => new(200, summary),
            "2.43" => new(200, $$"""{"httpStatus":"OK","httpStatusCode":200,"status":"WARNING","response":{{summary}}}"""),
            _ => new(409, $$"""{"httpStatus":"Conflict","httpStatusCode":409,"status":"WARNING","response":{{summary}}}"""),
        };
    }
}
