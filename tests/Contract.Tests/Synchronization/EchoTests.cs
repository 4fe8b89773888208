using System.Globalization;
using System.Net;
using System.Text.Json;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Dhis2Grpc.Server.Data;

namespace Contract.Tests.Synchronization;

/// <summary>What a node got from its remote server does not go back there; what changed here does, whatever the line does to requests.</summary>
public sealed class EchoTests
{
    private const string Values = "/api/dataValueSets", Registrations = "/api/completeDataSetRegistrations";

    private static readonly string[] _none = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private long _request;

    [Fact]
    public async Task What_came_from_the_remote_server_is_not_offered_to_it_until_it_changes_here()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await ReceiveAsync(node, Value("202401", "1", 1), Value("202402", "2", 1));
        Assert.Equal(_none, await PushedAsync(node, peer));

        // The clock of the remote server is far ahead, and an import may bring an old time: neither matters.
        await SyncNode.ImportAsync(node.Http, [Value("202401", "10", -5000)]);
        Assert.Equal(["202401=10"], await PushedAsync(node, peer));
        Assert.Equal(_none, await PushedAsync(node, peer));

        // A change there again, and a change back to what it was here.
        await ReceiveAsync(node, Value("202401", "11", 2));
        Assert.Equal(_none, await PushedAsync(node, peer));
        await SyncNode.ImportAsync(node.Http, [Value("202401", "1", null)]);
        Assert.Equal(["202401=1"], await PushedAsync(node, peer));
    }

    [Fact]
    public async Task What_came_from_one_server_goes_on_to_another()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await ReceiveAsync(node, "other", ++_request, Values, Value("202401", "1", 1));
        Assert.Equal(["202401=1"], await PushedAsync(node, peer));
        // The same from the peer is nothing new, and is not its own.
        await ReceiveAsync(node, Value("202401", "1", 1));
        await ReceiveAsync(node, "other", ++_request, Values, Value("202401", "2", 2));
        Assert.Equal(["202401=2"], await PushedAsync(node, peer));
    }

    [Fact]
    public async Task What_is_sent_once_more_after_a_lost_answer_does_not_undo_what_changed_here_since()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await ReceiveAsync(node, Value("202401", "1", 1));
        await SyncNode.ImportAsync(node.Http, [Value("202401", "2", null)]);

        var again = await ReceiveAsync(node, Value("202401", "1", 1));

        Assert.Equal((0, 0, 1), Counts(again));
        Assert.Equal("2", await StoredAsync(node, "202401"));
        Assert.Equal(["202401=2"], await PushedAsync(node, peer));
        // And once more, when the node has told long since: it tells again, for the peer seems to have forgotten.
        await ReceiveAsync(node, Value("202401", "1", 1));
        Assert.Equal("2", await StoredAsync(node, "202401"));
        Assert.Equal(["202401=2"], await PushedAsync(node, peer));
        Assert.Equal(_none, await PushedAsync(node, peer));
    }

    [Fact]
    public async Task Of_changes_that_cross_on_their_way_the_later_one_stays_and_nothing_goes_back_and_forth()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.ImportAsync(node.Http, [Value("202401", "local", null, DataNode.Note), Value("202402", "local", null, DataNode.Note)]);
        // While its page is on the way there, the peer's comes here: one value is entered later than that here, one before.
        peer.Answer = r =>
        {
            if (r.Path == Values)
                ReceiveAsync(node, Value("202401", "theirs", 1, DataNode.Note), Value("202402", "theirs", -1_000_000, DataNode.Note)).GetAwaiter().GetResult();
            return null;
        };
        Assert.Equal(["202401=local", "202402=local"], await PushedAsync(node, peer));
        peer.Answer = _ => null;

        Assert.Equal(("theirs", "local"), (await StoredAsync(node, "202401", DataNode.Note), await StoredAsync(node, "202402", DataNode.Note)));
        Assert.Equal(_none, await PushedAsync(node, peer));
        await ReceiveAsync(node, Value("202401", "newer", 2, DataNode.Note));
        Assert.Equal(_none, await PushedAsync(node, peer));
    }

    [Fact]
    public async Task A_request_that_the_line_kept_is_refused_and_changes_nothing()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await ReceiveAsync(node, "peer", 100, Values, Value("202401", "1", 1));
        await ReceiveAsync(node, "peer", 300, Values, Value("202401", "2", 2));

        using var late = await PostAsync(node, "peer", "200", Values, Value("202401", "1", 1));

        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        Assert.Equal("300", Assert.Single(late.Headers.GetValues(DataSender.RequestHeader)));
        Assert.Equal("2", await StoredAsync(node, "202401"));
        // Others count for themselves, registrations too, and what is no number of a clock locks nobody out.
        await ReceiveAsync(node, "other", 1, Values, Value("202402", "1", 1));
        await ReceiveAsync(node, "peer", 5, Registrations, Registration("202401", true));
        await ReceiveAsync(node, "peer", long.MaxValue, Values, Value("202402", "1", 1));
        await ReceiveAsync(node, "peer", 301, Values, Value("202402", "2", 1));
        using var nonsense = await PostAsync(node, "peer\"'", "x", Values, Value("202402", "3", 1));
        Assert.Equal(HttpStatusCode.OK, nonsense.StatusCode);
    }

    [Fact]
    public async Task A_node_whose_clock_was_set_back_numbers_its_requests_beyond_the_last_one()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await SyncNode.EnterAsync(node.Http, 1);
        var ahead = DataSender.Next(0, DateTimeOffset.UtcNow.AddHours(1));
        var numbers = new List<long>();
        peer.Answer = r =>
        {
            if (r.Path != Values)
                return null;
            numbers.Add(long.Parse(r.RequestNumber, CultureInfo.InvariantCulture));
            return numbers[^1] < ahead ? new(412, "{}") { Headers = { [DataSender.RequestHeader] = ahead.ToString(CultureInfo.InvariantCulture) } } : null;
        };

        await DataPushTests.PushAsync(node);

        Assert.Equal(2, numbers.Count);
        Assert.InRange(numbers[1], ahead + 1, ahead + 10);
    }

    [Fact]
    public async Task A_deletion_of_what_was_never_here_is_kept_once_and_goes_nowhere()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        var deletion = Value("202401", "1", 1)[..^1] + ",\"deleted\":true}";

        var first = await ReceiveAsync(node, deletion);
        var before = await ExportAsync(node);
        var second = await ReceiveAsync(node, deletion);

        Assert.Equal((1, 0, 0), Counts(first));
        Assert.Equal((0, 0, 1), Counts(second));
        Assert.Equal(before, await ExportAsync(node));
        Assert.Contains("\"deleted\":true", before, StringComparison.Ordinal);
        Assert.Equal(_none, await PushedAsync(node, peer));
    }

    [Fact]
    public async Task An_administrator_can_have_what_came_from_the_remote_server_sent_to_it_too()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        await ReceiveAsync(node, Value("202401", "1", 1));
        Assert.Equal(_none, await PushedAsync(node, peer));
        await node.Http.DeleteAsync("/api/systemSettings/keyLastSuccessfulDataSynch", Ct);
        Assert.Equal(["202401=1"], await PushedAsync(node, peer));
        Assert.Equal(_none, await PushedAsync(node, peer));
    }

    [Fact]
    public async Task Registrations_do_not_go_back_either()
    {
        await using var peer = await Peer.StartAsync();
        await using var node = await SyncNode.StartWithMetadataAsync(peer.Url);
        var job = await SyncNode.CreateJobAsync(node.Channel, 50);
        await ReceiveAsync(node, "peer", ++_request, Registrations, Registration("202401", true));
        Assert.Equal(_none, await SentAsync());

        await LocalAsync("202401", false);
        // Sent once more while the node has not told of its change.
        await ReceiveAsync(node, "peer", ++_request, Registrations, Registration("202401", true));
        Assert.Equal(["202401=False"], await SentAsync());
        // Completed there once more on the same day, but later.
        await ReceiveAsync(node, "peer", ++_request, Registrations, Registration("202401", true).Replace(
            "\"lastUpdated\":\"2024-02-05\"", $"\"lastUpdated\":\"{DateTime.UtcNow.AddMinutes(1):yyyy-MM-dd'T'HH:mm:ss.fff}+0000\"", StringComparison.Ordinal));
        Assert.Equal(_none, await SentAsync());
        Assert.Contains("\"completed\":true", await node.Http.GetStringAsync(
            $"{Registrations}?dataSet={DataNode.DataSet}&orgUnit={DataNode.Country}&children=true&startDate=2000-01-01&endDate=2030-01-01", Ct), StringComparison.Ordinal);

        async Task<string[]> SentAsync()
        {
            var before = peer.Posts(Registrations).Count;
            await SyncNode.RunAsync(node.Channel, job);
            return [.. peer.Posts(Registrations).Skip(before).SelectMany(SyncNode.Values).Select(v => $"{v.GetProperty("period").GetString()}={v.GetProperty("completed").GetBoolean()}")];
        }

        async Task LocalAsync(string period, bool completed)
        {
            var answer = await node.Http.PostAsync(Registrations, DataNode.Json($$"""{"completeDataSetRegistrations":[{{Registration(period, completed)}}]}"""), Ct);
            Assert.True(answer.IsSuccessStatusCode);
        }
    }

    private static string Value(string period, string value, int? minutes, string element = DataNode.Count) =>
        $$"""{"dataElement":"{{element}}","period":"{{period}}","orgUnit":"{{DataNode.North}}","value":"{{value}}"{{Updated(minutes)}}}""";

    private static string Updated(int? minutes) => minutes is { } m
        ? $",\"lastUpdated\":\"{DateTime.UtcNow.Date.AddYears(1).AddMinutes(m).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)}.000+0000\""
        : "";

    private static string Registration(string period, bool completed) =>
        $$"""{"dataSet":"{{DataNode.DataSet}}","period":"{{period}}","organisationUnit":"{{DataNode.North}}","date":"2024-02-05","lastUpdated":"2024-02-05","completed":{{(completed ? "true" : "false")}}}""";

    private static (int Imported, int Updated, int Ignored) Counts(JsonElement summary)
    {
        var count = summary.GetProperty("response").GetProperty("importCount");
        return (count.GetProperty("imported").GetInt32(), count.GetProperty("updated").GetInt32(), count.GetProperty("ignored").GetInt32());
    }

    private static async Task<string> ExportAsync(TestNode node, string element = DataNode.Count) => await node.Http.GetStringAsync(
        $"{Values}?dataElement={element}&orgUnit={DataNode.Country}&children=true&startDate=2000-01-01&endDate=2030-01-01&includeDeleted=true", Ct);

    private static async Task<string?> StoredAsync(TestNode node, string period, string element = DataNode.Count)
    {
        using var document = JsonDocument.Parse(await ExportAsync(node, element));
        return document.RootElement.GetProperty("dataValues").EnumerateArray().Single(v => v.GetProperty("period").GetString() == period).GetProperty("value").GetString();
    }

    private static async Task<string[]> PushedAsync(TestNode node, Peer peer)
    {
        var before = peer.Posts(Values).Count;
        await DataPushTests.PushAsync(node);
        return [.. peer.Posts(Values).Skip(before).SelectMany(SyncNode.Values).Select(v => $"{v.GetProperty("period").GetString()}={v.GetProperty("value").GetString()}")];
    }

    private static async Task<HttpResponseMessage> PostAsync(TestNode node, string system, string number, string path, params string[] rows)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = DataNode.Json($$"""{"{{(path == Values ? "dataValues" : "completeDataSetRegistrations")}}":[{{string.Join(',', rows)}}]}"""),
        };
        request.Headers.TryAddWithoutValidation(DataSender.SystemHeader, system);
        request.Headers.TryAddWithoutValidation(DataSender.RequestHeader, number);
        return await node.Http.SendAsync(request, Ct);
    }

    private static async Task<JsonElement> ReceiveAsync(TestNode node, string system, long number, string path, params string[] rows)
    {
        using var answer = await PostAsync(node, system, number.ToString(CultureInfo.InvariantCulture), path, rows);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private Task<JsonElement> ReceiveAsync(TestNode node, params string[] values) => ReceiveAsync(node, "peer", ++_request, Values, values);
}
