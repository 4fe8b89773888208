using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Contract.Tests.Hosting;

namespace Contract.Tests.Security;

/// <summary>Logins of browsers, by the page and as the dialogs of DHIS2's apps make them.</summary>
public sealed class LoginPageTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string Page = "/dhis-web-commons/security/login.action";
    private const string Login = "/dhis-web-commons-security/login.action";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/39/jobConfigurations?fields=id,name&paging=false")]
    [InlineData("/dhis-web-scheduler/")]
    [InlineData("/no/such/path")]
    public async Task A_person_without_a_login_logs_in_and_gets_where_they_wanted(string wanted)
    {
        using var browser = shared.Node.ConnectHttp(null, null);
        using var sent = await AskAsync(browser, wanted);
        Assert.Equal((HttpStatusCode.Found, $"{Page}?redirect={Uri.EscapeDataString(wanted)}"), (sent.StatusCode, sent.Headers.Location?.ToString()));
        using var page = await AskAsync(browser, sent.Headers.Location!.ToString());
        Assert.Equal((HttpStatusCode.OK, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains("name=\"j_username\"", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        using var wrong = await SendAsync(browser, "admin", "wrong", wanted);
        Assert.Equal((HttpStatusCode.Found, $"{Page}?failed=true&redirect={Uri.EscapeDataString(wanted)}"), (wrong.StatusCode, wrong.Headers.Location?.ToString()));
        using var again = await AskAsync(browser, wrong.Headers.Location!.ToString());
        Assert.Contains("role=\"alert\"", await again.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var right = await SendAsync(browser, "admin", "district", wanted);

        Assert.Equal((HttpStatusCode.Found, wanted), (right.StatusCode, right.Headers.Location?.ToString()));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/me", Ct)).StatusCode);
        using var left = await AskAsync(browser, "/dhis-web-commons-security/logout.action");
        Assert.Equal((HttpStatusCode.Found, Page), (left.StatusCode, left.Headers.Location?.ToString()));
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/me", Ct)).StatusCode);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    [InlineData("\"><script>")]
    [InlineData("")]
    public async Task Nobody_is_led_away_to_another_server(string wanted)
    {
        using var browser = shared.Node.ConnectHttp(null, null);
        using var page = await AskAsync(browser, $"{Page}?redirect={Uri.EscapeDataString(wanted)}");
        using var login = await SendAsync(browser, "admin", "district", wanted);

        Assert.Contains("name=\"redirect\" value=\"\"", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Found, "/api/docs/"), (login.StatusCode, login.Headers.Location?.ToString()));
    }

    [Theory]
    [InlineData("""{"username":"admin","password":"district"}""", 200, """{"loginStatus":"SUCCESS","redirectUrl":"/api/docs/"}""")]
    [InlineData("""{"username":"admin","password":"wrong"}""", 401, """{"httpStatus":"Unauthorized","httpStatusCode":401,"status":"ERROR","message":"Unauthorized"}""")]
    [InlineData("""{"username":"ad:min"}""", 401, """{"httpStatus":"Unauthorized","httpStatusCode":401,"status":"ERROR","message":"Unauthorized"}""")]
    [InlineData("[]", 401, """{"httpStatus":"Unauthorized","httpStatusCode":401,"status":"ERROR","message":"Unauthorized"}""")]
    [InlineData("{", 409, """{"httpStatus":"Conflict","httpStatusCode":409,"status":"ERROR","message":"The request body is not valid JSON."}""")]
    public async Task Newer_apps_log_in_with_json(string body, int status, string expected)
    {
        using var browser = shared.Node.ConnectHttp(null, null);
        using var login = await browser.PostAsync("/api/auth/login", new StringContent(body, Encoding.UTF8, "application/json"), Ct);

        Assert.Equal((status, expected), ((int)login.StatusCode, await login.Content.ReadAsStringAsync(Ct)));
        Assert.Equal(status, (int)(await browser.GetAsync("/api/me", Ct)).StatusCode == 200 ? 200 : status == 200 ? 0 : status);
    }

    [Theory]
    [InlineData("X-Requested-With", "XMLHttpRequest")]
    [InlineData("Authorization", "Basic YWRtaW46d3Jvbmc=")]
    public async Task Programs_are_told_401(string header, string value)
    {
        using var client = shared.Node.ConnectHttp(null, null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.Accept.Add(new("text/html"));
        request.Headers.TryAddWithoutValidation(header, value);
        using var refused = await client.SendAsync(request, Ct);
        using var body = await client.PostAsync(Login, new StringContent("j_username=admin", Encoding.UTF8, "text/plain"), Ct);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.UnsupportedMediaType), (refused.StatusCode, body.StatusCode));
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient browser, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*", 0.8));
        return await browser.SendAsync(request, Ct);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient browser, string name, string password, string wanted) => browser.PostAsync(
        Login, new FormUrlEncodedContent(new Dictionary<string, string> { ["j_username"] = name, ["j_password"] = password, ["redirect"] = wanted }), Ct);
}
