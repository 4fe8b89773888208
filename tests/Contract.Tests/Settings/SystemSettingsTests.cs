using System.Net;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.System.V1;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Settings;

public sealed class SystemSettingsTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string Password = "Zq7-geheim-Zq7";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private TestNode Node => shared.Node;

    [Theory]
    [InlineData("applicationTitle", "Ministry", "\"Ministry\"")]
    [InlineData("keyVersionEnabled", "TRUE", "true")]
    [InlineData("syncMaxAttempts", "7", "7")]
    [InlineData("syncSkipSyncForDataChangedBefore", "2026-02-28T03:00:00", "\"2026-02-28T03:00:00.000\"")]
    [InlineData("syncSkipSyncForDataChangedBefore", "2026-02-28T05:00:00.5+0200", "\"2026-02-28T03:00:00.500\"")]
    [InlineData("syncSkipSyncForDataChangedBefore", "1772247600000", "\"2026-02-28T03:00:00.000\"")]
    [InlineData("keyRemoteInstanceUrl", " https://central.example/dhis ", "\"https://central.example/dhis\"")]
    public async Task A_value_goes_in_as_parameter_text_or_json_and_comes_out_as_its_type(string key, string value, string json)
    {
        await SetAsync($"{key}?value={Uri.EscapeDataString(value)}", null);
        Assert.Equal($"{{\"{key}\":{json}}}", await Node.Http.GetStringAsync($"/api/33/systemSettings/{key}", Ct));
        await SetAsync(key, new StringContent(value, Encoding.UTF8, "text/plain"));
        Assert.Equal($"{{\"{key}\":{json}}}", await Node.Http.GetStringAsync($"/api/systemSettings/{key}", Ct));
        await SetAsync(key, new StringContent(JsonSerializer.Serialize(value), Encoding.UTF8, "application/json"));
        Assert.Equal($"{{\"{key}\":{json}}}", await Node.Http.GetStringAsync($"/api/systemSettings?key={key}&key=unknown", Ct));

        var request = new HttpRequestMessage(HttpMethod.Get, $"/api/systemSettings/{key}") { Headers = { { "Accept", "text/plain" } } };
        var text = await Node.Http.SendAsync(request, Ct);
        Assert.Equal("text/plain", text.Content.Headers.ContentType?.MediaType);
        Assert.Equal(json.Trim('"'), await text.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task A_setting_that_is_deleted_or_set_to_nothing_has_its_default_again()
    {
        await SetAsync("syncMaxAttempts?value=9", null);
        Assert.Equal(HttpStatusCode.NoContent, (await Node.Http.DeleteAsync("/api/systemSettings/syncMaxAttempts", Ct)).StatusCode);
        Assert.Equal("{\"syncMaxAttempts\":3}", await Node.Http.GetStringAsync("/api/systemSettings/syncMaxAttempts", Ct));

        await SetAsync("helpPageLink?value=https://help.example", null);
        await SetAsync("helpPageLink?value=", null);
        using var all = JsonDocument.Parse(await Node.Http.GetStringAsync("/api/systemSettings", Ct));
        Assert.Equal("https://docs.dhis2.org/", all.RootElement.GetProperty("helpPageLink").GetString());
        Assert.Equal("1970-01-01T00:00:00.000", all.RootElement.GetProperty("keyLastSuccessfulDataSynch").GetString());
    }

    [Fact]
    public async Task Many_settings_are_set_together_or_not_at_all()
    {
        var good = await Node.Http.PostAsync("/api/systemSettings", Json("""{"syncMaxRemoteServerAvailabilityCheckAttempts":5,"keyStopMetadataSync":true}"""), Ct);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Contains("System settings imported", await good.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        var bad = await Node.Http.PostAsync("/api/systemSettings",
            Json("""{"syncMaxRemoteServerAvailabilityCheckAttempts":6,"keyStopMetadataSync":"perhaps"}"""), Ct);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal("{\"syncMaxRemoteServerAvailabilityCheckAttempts\":5}",
            await Node.Http.GetStringAsync("/api/systemSettings/syncMaxRemoteServerAvailabilityCheckAttempts", Ct));
    }

    [Theory]
    [InlineData("noSuchSetting", "x", "text/plain", HttpStatusCode.NotFound)]
    [InlineData("keyVersionEnabled", "perhaps", "text/plain", HttpStatusCode.BadRequest)]
    [InlineData("syncMaxAttempts", "0", "text/plain", HttpStatusCode.BadRequest)]
    [InlineData("syncMaxAttempts", "9999999999", "text/plain", HttpStatusCode.BadRequest)]
    [InlineData("syncSkipSyncForDataChangedBefore", "yesterday", "text/plain", HttpStatusCode.BadRequest)]
    [InlineData("syncSkipSyncForDataChangedBefore", "2026-13-01", "text/plain", HttpStatusCode.BadRequest)]
    [InlineData("keyRemoteInstanceUrl", "ftp://central.example", "text/plain", HttpStatusCode.BadRequest)]
    [InlineData("keyRemoteInstanceUrl", "https://user:secret@central.example", "text/plain", HttpStatusCode.BadRequest)]
    [InlineData("applicationTitle", "{\"a\":1}", "application/json", HttpStatusCode.Conflict)]
    [InlineData("applicationTitle", "\"\\ud800\"", "application/json", HttpStatusCode.Conflict)]
    [InlineData("applicationTitle", "\"half", "application/json", HttpStatusCode.Conflict)]
    [InlineData("applicationTitle", "title=x", "application/x-www-form-urlencoded", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("applicationTitle", "", "text/plain", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_a_value_is_refused_without_repeating_it(string key, string body, string type, HttpStatusCode status)
    {
        var answer = await Node.Http.PostAsync($"/api/systemSettings/{key}", new StringContent(body, Encoding.UTF8, type), Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("\"status\":\"ERROR\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("perhaps", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_goes_in_and_never_comes_out()
    {
        var echo = await SetAsync("keyRemoteInstancePassword", new StringContent(Password, Encoding.UTF8, "text/plain"));
        var answers = new StringBuilder(echo);
        foreach (var path in new[] { "", "?key=keyRemoteInstancePassword", "/keyRemoteInstancePassword" })
        {
            var answer = await Node.Http.GetAsync("/api/systemSettings" + path, Ct);
            Assert.Equal(path.StartsWith('/') ? HttpStatusCode.Forbidden : HttpStatusCode.OK, answer.StatusCode);
            answers.Append(await answer.Content.ReadAsStringAsync(Ct));
        }
        answers.Append(await (await Node.Http.PostAsync("/api/systemSettings", Json($$"""{"keyRemoteInstancePassword":"{{Password}}","nope":"{{Password}}"}"""), Ct))
            .Content.ReadAsStringAsync(Ct));
        answers.Append(await (await Node.Http.PostAsync("/api/systemSettings", Json($$"""{"keyRemoteInstancePassword":"{{Password}}" {{Password}}"""), Ct))
            .Content.ReadAsStringAsync(Ct));
        Assert.DoesNotContain(Password, answers.ToString(), StringComparison.Ordinal);

        var setting = (await Client.GetSystemSettingAsync(new() { Key = "keyRemoteInstancePassword" }, cancellationToken: Ct)).Setting;
        Assert.Equal((true, true, false), (setting.IsSet, setting.Confidential, setting.HasValue));

        Assert.Equal(Password, await Node.Services.GetRequiredService<SystemSettings>().TextAsync("keyRemoteInstancePassword", Ct));
        Assert.DoesNotContain(Password, await Node.Services.GetRequiredService<ISettingStore>().GetAsync("keyRemoteInstancePassword", Ct), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, Encoding.UTF8.GetString(await ReadSharedAsync("dhis2.litedb")), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, Encoding.UTF8.GetString(await ReadSharedAsync("dhis2-log.litedb")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_owner_can_open_the_keys_and_without_them_the_password_counts_as_not_set()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-keys-").FullName;
        try
        {
            await using (var node = await TestNode.StartAsync(dataDirectory: directory))
                await node.Services.GetRequiredService<SystemSettings>().SetAsync(SettingKeys.RemotePassword, Password, Ct);
            var keys = Path.Combine(directory, "keys");
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys));
            Assert.NotEmpty(Directory.GetFiles(keys));

            await using (var node = await TestNode.StartAsync(dataDirectory: directory))
                Assert.Equal(Password, await node.Services.GetRequiredService<SystemSettings>().TextAsync(SettingKeys.RemotePassword, Ct));

            Directory.Delete(keys, recursive: true);
            await using (var node = await TestNode.StartAsync(dataDirectory: directory))
                Assert.Equal("", await node.Services.GetRequiredService<SystemSettings>().TextAsync(SettingKeys.RemotePassword, Ct));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Everybody_reads_and_only_who_may_change_settings_changes_them()
    {
        await Node.AddUserAsync("userReader1", "reader", "reader");
        using var http = Node.ConnectHttp("reader", "reader");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/systemSettings/applicationTitle", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/api/systemSettings/applicationTitle?value=x", null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/api/systemSettings", Json("{}"), Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.DeleteAsync("/api/systemSettings/applicationTitle", Ct)).StatusCode);
        var grpc = new SystemSettingsService.SystemSettingsServiceClient(Node.Connect("reader", "reader"));
        Assert.NotEmpty((await grpc.ListSystemSettingsAsync(new(), cancellationToken: Ct)).Settings);
        var refused = await Assert.ThrowsAsync<RpcException>(() =>
            grpc.SetSystemSettingsAsync(new() { Values = { ["applicationTitle"] = "x" } }, cancellationToken: Ct).ResponseAsync);
        Assert.Equal(StatusCode.PermissionDenied, refused.StatusCode);
    }

    [Fact]
    public async Task Grpc_sets_lists_and_deletes()
    {
        await Client.SetSystemSettingsAsync(new() { Values = { ["keyRemoteInstanceUsername"] = "clerk", ["syncDelayBetweenRemoteServerAvailabilityCheckAttempts"] = "10" } },
            cancellationToken: Ct);
        var listed = (await Client.ListSystemSettingsAsync(new() { Keys = { "keyRemoteInstanceUsername", "nope" } }, cancellationToken: Ct)).Settings;
        Assert.Equal(("clerk", true, SystemSettingType.Text), (Assert.Single(listed).Value, listed[0].IsSet, listed[0].Type));
        await Client.DeleteSystemSettingAsync(new() { Key = "keyRemoteInstanceUsername" }, cancellationToken: Ct);
        Assert.False((await Client.GetSystemSettingAsync(new() { Key = "keyRemoteInstanceUsername" }, cancellationToken: Ct)).Setting.IsSet);
        var unknown = await Assert.ThrowsAsync<RpcException>(() => Client.GetSystemSettingAsync(new() { Key = "nope" }, cancellationToken: Ct).ResponseAsync);
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
    }

    private SystemSettingsService.SystemSettingsServiceClient Client => new(Node.Channel);

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<string> SetAsync(string key, HttpContent? body)
    {
        var answer = await Node.Http.PostAsync($"/api/systemSettings/{key}", body, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return text;
    }

    private async Task<byte[]> ReadSharedAsync(string name)
    {
        await using var file = new FileStream(Path.Combine(Node.DataDirectory, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await file.CopyToAsync(copy, Ct);
        return copy.ToArray();
    }
}
