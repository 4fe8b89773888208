using System.Net;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2.System.V1;

namespace Contract.Tests.Rest;

/// <summary>What DHIS2's app platform asks of a server, whatever the app.</summary>
public sealed class PlatformCallTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Http => shared.Node.Http;

    [Theory]
    [InlineData("/api/40/me?fields=id", """{"id":"ID"}""")]
    [InlineData("/api/40/me?fields=username,settings[keyUiLocale]", """{"username":"admin","settings":{"keyUiLocale":"en"}}""")]
    [InlineData("/api/39/me?fields=authorities~size,name~rename(n)", """{"n":"admin admin","authorities":1}""")]
    [InlineData("/api/40/me/dashboard", """{"unreadMessageConversations":0,"unreadInterpretations":0}""")]
    [InlineData("/api/40/systemSettings/applicationTitle", """{"applicationTitle":"DHIS 2"}""")]
    [InlineData("/api/40/userSettings?key=keyUiLocale", """{"keyUiLocale":"en"}""")]
    public async Task The_shell_gets_what_it_reads(string path, string expected)
    {
        using var me = JsonDocument.Parse(await Http.GetStringAsync("/api/me", Ct));
        var id = me.RootElement.GetProperty("id").GetString()!;
        using var wanted = JsonDocument.Parse(expected.Replace("ID", id, StringComparison.Ordinal));
        using var got = JsonDocument.Parse(await Http.GetStringAsync(path, Ct));
        Assert.True(JsonElement.DeepEquals(wanted.RootElement, got.RootElement), got.RootElement.ToString());
    }

    [Fact]
    public async Task Me_without_fields_has_the_authorities()
    {
        using var me = JsonDocument.Parse(await Http.GetStringAsync("/api/me", Ct));
        Assert.Equal("ALL", Assert.Single(me.RootElement.GetProperty("authorities").EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData("/api/analytics/tableTypes")]
    [InlineData("/api/dataIntegrity")]
    [InlineData("/api/39/validationRuleGroups?paging=false")]
    [InlineData("/api/39/predictors?paging=false")]
    [InlineData("/api/39/predictorGroups?paging=false")]
    [InlineData("/api/39/pushAnalysis?paging=false")]
    [InlineData("/api/40/dashboards")]
    [InlineData("/api/40/userGroups")]
    [InlineData("/api/40/programs")]
    [InlineData("/api/40/aggregateDataExchanges?fields=id,displayName&paging=true")]
    public async Task Options_of_parameters_are_there_on_an_empty_server(string path)
    {
        using var response = await Http.GetAsync(path, Ct);
        Assert.Equal((HttpStatusCode.OK, "application/json"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        var name = path[(path.LastIndexOf('/') + 1)..].Split('?')[0];
        var list = body.RootElement.ValueKind == JsonValueKind.Array ? body.RootElement : body.RootElement.GetProperty(name);
        Assert.Equal(JsonValueKind.Array, list.ValueKind);
    }

    [Theory]
    [InlineData("", 116)]
    [InlineData("?checks=categories-no-options", 1)]
    [InlineData("?checks=categories_*,CNO", 8)]
    [InlineData("?section=Categories&slow=true", 0)]
    [InlineData("?programmatic=false&checks=nope", 0)]
    public async Task Integrity_checks_are_listed_as_options(string query, int count)
    {
        using var checks = JsonDocument.Parse(await Http.GetStringAsync("/api/dataIntegrity" + query, Ct));
        Assert.Equal(count, checks.RootElement.GetArrayLength());
        if (count == 0)
            return;
        var first = checks.RootElement[0];
        Assert.Equal(("categories_no_options", "Categories no options", "WARNING", false, "CNO"),
            (first.GetProperty("name").GetString(), first.GetProperty("displayName").GetString(), first.GetProperty("severity").GetString(),
             first.GetProperty("isSlow").GetBoolean(), first.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task A_user_has_settings_of_its_own()
    {
        await using var node = await TestNode.StartAsync();
        using var set = await node.Http.PostAsync("/api/40/userSettings/keyUiLocale", new StringContent("fr", Encoding.UTF8, "text/plain"), Ct);
        using var query = await node.Http.PostAsync("/api/userSettings/keyMessageSmsNotification?value=false", null, Ct);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (set.StatusCode, query.StatusCode));
        Assert.Contains("\"status\":\"OK\"", await set.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        Assert.Equal("fr", await node.Http.GetStringAsync("/api/userSettings/keyUiLocale", Ct));
        using var all = JsonDocument.Parse(await node.Http.GetStringAsync("/api/me/settings", Ct));
        Assert.False(all.RootElement.GetProperty("keyMessageSmsNotification").GetBoolean());
        using var me = JsonDocument.Parse(await node.Http.GetStringAsync("/api/me?fields=settings", Ct));
        Assert.Equal("fr", me.RootElement.GetProperty("settings").GetProperty("keyUiLocale").GetString());

        using var deleted = await node.Http.DeleteAsync("/api/userSettings/keyUiLocale", Ct);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var system = await node.Http.PostAsync("/api/systemSettings/keyUiLocale?value=sv", null, Ct);
        var settings = new UserSettingsService.UserSettingsServiceClient(node.Channel);
        Assert.Equal("sv", (await settings.GetUserSettingAsync(new() { Key = "keyUiLocale" }, cancellationToken: Ct)).Value);
    }

    [Theory]
    [InlineData("GET", "/api/userSettings/nope", 404, "No user setting found with key: nope")]
    [InlineData("POST", "/api/userSettings/keyUiLocale", 409, "You need to specify a new value")]
    [InlineData("POST", "/api/userSettings/keyMessageSmsNotification?value=perhaps", 409, "The value of keyMessageSmsNotification must be true or false.")]
    [InlineData("DELETE", "/api/userSettings/nope", 404, "No user setting found with key: nope")]
    public async Task Settings_that_make_no_sense_are_refused(string method, string path, int status, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await Http.SendAsync(request, Ct);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal(((HttpStatusCode)status, message), (response.StatusCode, body.RootElement.GetProperty("message").GetString()));
    }
}
