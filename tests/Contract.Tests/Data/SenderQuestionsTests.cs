using System.Net;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using static Contract.Tests.Data.DataNode;

namespace Contract.Tests.Data;

/// <summary>What a sender asks before it sends.</summary>
public class SenderQuestionsTests
{
    [Fact]
    public async Task System_info_tells_of_metadata_versions()
    {
        await using var node = await TestNode.StartAsync();
        using (var fresh = await GetAsync(node, "/api/33/system/info"))
        {
            Assert.False(fresh.RootElement.GetProperty("isMetadataVersionEnabled").GetBoolean());
            Assert.False(fresh.RootElement.TryGetProperty("systemMetadataVersion", out _));
        }

        var settings = node.Services.GetRequiredService<ISettingStore>();
        await settings.SetAsync("keyVersionEnabled", "true", Ct);
        await settings.SetAsync("keySystemMetadataVersion", "Version_3", Ct);
        await settings.SetAsync("keyLastMetaDataSyncSuccess", "2024-02-01T10:00:00.000", Ct);
        await settings.SetAsync("keyMetadataLastFailedTime", "2024-02-03T10:00:00.000", Ct);
        using var info = await GetAsync(node, "/api/system/info?fields=version,isMetadataVersionEnabled,systemMetadataVersion,lastMetadataVersionSyncAttempt");
        Assert.Equal(
            """{"version":"2.40.0","isMetadataVersionEnabled":true,"systemMetadataVersion":"Version_3","lastMetadataVersionSyncAttempt":"2024-02-03T10:00:00.000"}""",
            info.RootElement.GetRawText());
    }

    [Fact]
    public async Task Me_tells_the_units_and_groups_that_metadata_knows()
    {
        await using var node = await StartAsync();
        const string path = "/api/me?fields=username,organisationUnits,userGroups";
        using (var unknown = await GetAsync(node, path))
            Assert.Equal("""{"username":"admin","organisationUnits":[{"id":"ouCountry01"}],"userGroups":[]}""", unknown.RootElement.GetRawText());

        const string users = """
            {"users":[{"id":"usSender001","username":"admin","firstName":"A","surname":"B","organisationUnits":[{"id":"ouClinicN01"}]}],
             "userGroups":[{"id":"ugSender001","name":"Senders","users":[{"id":"usSender001"}]}]}
            """;
        using (var import = await node.Http.PostAsync("/api/metadata", DataNode.Json(users), Ct))
            Assert.True(import.IsSuccessStatusCode, await import.Content.ReadAsStringAsync(Ct));
        using var known = await GetAsync(node, path);
        Assert.Equal("""{"username":"admin","organisationUnits":[{"id":"ouClinicN01"}],"userGroups":[{"id":"ugSender001"}]}""", known.RootElement.GetRawText());

        // The same units decide what the sender may send.
        using var response = await node.Http.PostAsync("/api/33/dataValueSets", DataNode.Json(Values(Value(Count, "202401", South, "1"), Value(Count, "202401", North, "1"))), Ct);
        using var summary = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal("E7617", Assert.Single(summary.RootElement.GetProperty("conflicts").EnumerateArray()).GetProperty("errorCode").GetString());
    }

    private static async Task<JsonDocument> GetAsync(TestNode node, string path)
    {
        using var response = await node.Http.GetAsync(path, Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
    }
}
