using System.Net;
using System.Text.Json;
using Contract.Tests.Data;
using Contract.Tests.Hosting;

namespace Contract.Tests.Synchronization;

/// <summary>Our push, and one of our own nodes that takes data as DHIS2 2.43 does.</summary>
public sealed class PushToNewestNodeTests
{
    private const string Export = $"/api/dataValueSets?dataElement={DataNode.Count}&dataElement={DataNode.Note}&orgUnit={DataNode.Country}&children=true&startDate=2000-01-01&endDate=2300-01-01&includeDeleted=true";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_takes_what_a_node_holds_and_refuses_others_what_is_of_no_data_set()
    {
        await using var central = await SyncNode.StartWithMetadataAsync(new Uri("http://127.0.0.1:9"), "Dhis2:Version=2.43.0");
        await using var local = await SyncNode.StartWithMetadataAsync(central.RestUrl);
        await SyncNode.ConnectAsync(local, central.RestUrl, "admin", "district");
        var months = Enumerable.Range(0, 48).Select(i => $"{2020 + (i / 12)}{(i % 12) + 1:00}").ToList();
        await SyncNode.ImportAsync(local.Http, months.SelectMany(m => new[] { DataNode.North, DataNode.South }.Select(u => DataNode.Value(DataNode.Count, m, u, "3"))));
        await SyncNode.ImportAsync(local.Http,
        [
            $$"""{"dataElement":"{{DataNode.Count}}","period":"202001","orgUnit":"{{DataNode.North}}","value":"3","deleted":true}""",
            $$"""{"dataElement":"{{DataNode.Count}}","period":"202002","orgUnit":"{{DataNode.North}}","value":"4","followup":true,"comment":"c"}""",
        ]);
        Assert.Contains("\"status\":\"SUCCESS\"", await DataPushTests.PushAsync(local), StringComparison.Ordinal);
        Assert.Equal(await ValuesAsync(local), await ValuesAsync(central));
        Assert.Equal(96, (await ValuesAsync(central)).Count);

        // Of no data set: the rules of 2.43 are for entry and for other servers, not for what another node of ours holds already.
        await SyncNode.ImportAsync(local.Http, [DataNode.Value(DataNode.Note, "202301", DataNode.North, "x"), DataNode.Value(DataNode.Count, "202301", DataNode.North, "77")]);
        Assert.Contains("\"status\":\"SUCCESS\"", await DataPushTests.PushAsync(local), StringComparison.Ordinal);
        Assert.Equal(await ValuesAsync(local), await ValuesAsync(central));
        using var conflicts = JsonDocument.Parse(await local.Http.GetStringAsync("/api/synchronization/conflicts", Ct));
        Assert.DoesNotContain(DataNode.Note, conflicts.RootElement.GetRawText(), StringComparison.Ordinal);

        // The same from a sender that does not say it is one is refused by those rules.
        using var refused = await central.Http.PostAsync("/api/dataValueSets", DataNode.Json(
            $$"""{"dataValues":[{{DataNode.Value(DataNode.Note, "202302", DataNode.North, "x")}}]}"""), Ct);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("E8003", await refused.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static async Task<List<string>> ValuesAsync(TestNode node)
    {
        using var document = JsonDocument.Parse(await node.Http.GetStringAsync(Export, Ct));
        return
        [
            .. document.RootElement.GetProperty("dataValues").EnumerateArray().Select(v =>
                $"{v.GetProperty("dataElement")} {v.GetProperty("period")} {v.GetProperty("orgUnit")} {v.GetProperty("value")} {v.GetProperty("followup")} {v.TryGetProperty("deleted", out _)}")
                .Order(StringComparer.Ordinal),
        ];
    }
}
