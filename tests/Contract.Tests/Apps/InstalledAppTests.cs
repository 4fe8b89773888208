using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Contract.Tests.Apps;

/// <summary>Apps that are dropped as folders.</summary>
public sealed class InstalledAppTests(InstalledAppTests.Node fixture) : IClassFixture<InstalledAppTests.Node>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Http => fixture.Rest.Http;

    private string Base => fixture.Rest.RestUrl.ToString().TrimEnd('/');

    [Theory]
    [InlineData("/apps/clock/")]
    [InlineData("/apps/clock/index.html")]
    [InlineData("/dhis-web-clock/")]
    [InlineData("/dhis-web-clock/index.html")]
    [InlineData("/api/apps/clock/index.html")]
    public async Task A_page_learns_where_the_server_is(string path)
    {
        using var response = await Http.GetAsync(path, Ct);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"<meta name=\"dhis2-base-url\" content=\"{Base}\"><base href=\"{Base}/api/apps/clock\">é", await response.Content.ReadAsStringAsync(Ct));
    }

    [Theory]
    [InlineData("/apps/clock/static/app.js", "text/javascript", "let x")]
    [InlineData("/dhis-web-clock/static/app.css", "text/css", "a{}")]
    [InlineData("/dhis-web-clock/static/what", "application/octet-stream", "?")]
    [InlineData("/apps/clock/a%20b.txt", "text/plain", "spaced")]
    [InlineData("/apps/clock/manifest.webapp", "application/json", "{\"name\":\"The clock\",\"version\":\"1.2\",\"icons\":{\"48\":\"icon.png\"},\"activities\":{\"dhis\":{\"href\":\"BASE\"}}}")]
    public async Task Files_come_with_their_type(string path, string type, string content)
    {
        using var response = await Http.GetAsync(path, Ct);
        Assert.Equal((HttpStatusCode.OK, type), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(content.Replace("BASE", Base, StringComparison.Ordinal), await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task A_file_that_a_browser_has_already_is_not_sent_again()
    {
        using var first = await Http.GetAsync("/apps/clock/static/app.js", Ct);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/apps/clock/static/app.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await Http.SendAsync(again, Ct);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        using var part = new HttpRequestMessage(HttpMethod.Get, "/apps/clock/static/app.js") { Headers = { Range = new RangeHeaderValue(0, 2) } };
        using var third = await Http.SendAsync(part, Ct);
        Assert.Equal((HttpStatusCode.PartialContent, "let"), (third.StatusCode, await third.Content.ReadAsStringAsync(Ct)));
    }

    [Theory]
    [InlineData("/apps/clock")]
    [InlineData("/dhis-web-clock")]
    public async Task A_folder_without_its_slash_is_redirected_so_that_relative_links_work(string path)
    {
        using var response = await Http.GetAsync(path + "?a=b", Ct);
        Assert.Equal((HttpStatusCode.Found, path + "/?a=b"), (response.StatusCode, response.Headers.Location?.ToString()));
    }

    [Theory]
    [InlineData("/apps/clock/../../outside.txt")]
    [InlineData("/apps/clock/../outside.txt")]
    [InlineData("/apps/clock/%2e%2e/outside.txt")]
    [InlineData("/apps/clock/..%2foutside.txt")]
    [InlineData("/apps/clock/..%5coutside.txt")]
    [InlineData("/apps/clock/static/..%2f..%2foutside.txt")]
    [InlineData("/apps/clock/%2fetc%2fpasswd")]
    [InlineData("/apps/clock//etc/passwd")]
    [InlineData("/apps/../outside.txt")]
    [InlineData("/apps/%2e%2e/outside.txt")]
    [InlineData("/apps/..%2f/outside.txt")]
    [InlineData("/dhis-web-../outside.txt")]
    [InlineData("/dhis-web-..%2f../outside.txt")]
    [InlineData("/apps/clock/link.txt")]
    [InlineData("/apps/clock/linked/outside.txt")]
    [InlineData("/apps/clock/.hidden")]
    [InlineData("/apps/clock/static")]
    [InlineData("/apps/clock/static/")]
    [InlineData("/apps/clock/a%00b.txt")]
    [InlineData("/apps/clock/nope.js")]
    [InlineData("/apps/nothing/index.html")]
    [InlineData("/apps/broken/index.html")]
    [InlineData("/apps/bare/index.html")]
    public async Task Nothing_outside_of_an_app_is_served(string path)
    {
        // A client would tidy the path up; the bytes go out as they are.
        var answer = await fixture.RawAsync($"GET {path} HTTP/1.1\r\nHost: {fixture.Rest.RestUrl.Authority}\r\nAuthorization: {Http.DefaultRequestHeaders.Authorization}\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (404|400) ", answer);
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/apps/clock/")]
    [InlineData("/dhis-web-clock/static/app.js")]
    [InlineData("/dhis-web-commons/menu/getModules.action")]
    [InlineData("/api/apps")]
    [InlineData("/api/staticContent/logo_banner")]
    public async Task A_login_is_needed_and_browsers_are_asked_for_it(string path)
    {
        using var nobody = fixture.Rest.ConnectHttp(null, null);
        using var response = await nobody.GetAsync(path, Ct);
        Assert.Equal((HttpStatusCode.Unauthorized, "Basic"), (response.StatusCode, Assert.Single(response.Headers.WwwAuthenticate).Scheme));
    }

    [Fact]
    public async Task Apps_only_serve_files()
    {
        using var response = await Http.PostAsync("/apps/clock/index.html", null, Ct);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task The_menu_and_the_list_name_what_is_installed()
    {
        using var menu = JsonDocument.Parse(await Http.GetStringAsync("/dhis-web-commons/menu/getModules.action", Ct));
        var module = Assert.Single(menu.RootElement.GetProperty("modules").EnumerateArray());
        Assert.Equal(("clock", "The clock", $"{Base}/api/apps/clock/index.html", $"{Base}/api/apps/clock/icon.png"),
            (module.GetProperty("name").GetString(), module.GetProperty("displayName").GetString(), module.GetProperty("defaultAction").GetString(), module.GetProperty("icon").GetString()));
        using var list = JsonDocument.Parse(await Http.GetStringAsync("/api/40/apps", Ct));
        var app = Assert.Single(list.RootElement.EnumerateArray());
        Assert.Equal(("clock", "The clock", "1.2", $"{Base}/api/apps/clock/index.html"),
            (app.GetProperty("key").GetString(), app.GetProperty("name").GetString(), app.GetProperty("version").GetString(), app.GetProperty("launchUrl").GetString()));
    }

    [Fact]
    public async Task Without_a_directory_there_are_no_apps()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal("[]", await node.Http.GetStringAsync("/api/apps", Ct));
        Assert.Equal("""{"modules":[]}""", await node.Http.GetStringAsync("/dhis-web-commons/menu/getModules.action", Ct));
    }

    [Fact]
    public async Task The_logo_is_an_image()
    {
        using var response = await Http.GetAsync("/api/40/staticContent/logo_banner", Ct);
        Assert.Equal("image/svg+xml", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("<svg", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var other = await Http.GetAsync("/api/staticContent/other", Ct);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Theory]
    [InlineData("cross-site", HttpStatusCode.Forbidden)]
    [InlineData("same-site", HttpStatusCode.Forbidden)]
    [InlineData("same-origin", HttpStatusCode.OK)]
    public async Task Pages_of_other_sites_cannot_use_the_login_that_a_browser_remembers(string site, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/userSettings/keyUiLocale?value=fr");
        request.Headers.Add("Sec-Fetch-Site", site);
        using var response = await Http.SendAsync(request, Ct);
        Assert.Equal(expected, response.StatusCode);
        using var read = new HttpRequestMessage(HttpMethod.Get, "/apps/clock/");
        read.Headers.Add("Sec-Fetch-Site", site);
        using var page = await Http.SendAsync(read, Ct);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Who_opened_a_page_stays_logged_in_though_the_scripts_of_apps_send_an_empty_Authorization()
    {
        using var page = await Http.GetAsync("/apps/clock/", Ct);
        var cookie = Assert.Single(page.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        var session = cookie.Split(';')[0];

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/api/40/me", session));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/api/40/me", session[..^4] + "AAAA"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/api/40/me", "dhis2-session="));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/api/40/me", "other=x"));
        using var api = await Http.GetAsync("/api/me", Ct);
        Assert.False(api.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task A_session_ends_with_its_time_and_with_a_change_of_the_password()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero));
        await using var node = await TestNode.StartAsync(time: time, settings: $"Dhis2:Apps:Directory={fixture.Apps}");
        using var page = await node.Http.GetAsync("/apps/clock/", Ct);
        var session = page.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var browser = node.ConnectHttp(null, null);
        browser.DefaultRequestHeaders.Add("Cookie", session);

        time.Advance(Sessions.Life - TimeSpan.FromSeconds(1));
        using var late = await browser.GetAsync("/api/me", Ct);
        Assert.Equal(HttpStatusCode.OK, late.StatusCode);
        using var other = node.ConnectHttp(null, null);
        other.DefaultRequestHeaders.Add("Cookie", session);
        using var renewed = await other.GetAsync("/apps/clock/", Ct);
        Assert.NotEqual(session, renewed.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);

        var users = node.Services.GetRequiredService<IUserStore>();
        var admin = (await users.FindByUsernameAsync("admin", Ct))!;
        Assert.True(await users.SaveAsync(admin with { PasswordHash = "another" }, Ct));
        using var changed = await browser.GetAsync("/api/me", Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, changed.StatusCode);
        Assert.True(await users.SaveAsync(admin, Ct));

        time.Advance(TimeSpan.FromSeconds(1));
        using var over = await browser.GetAsync("/api/me", Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, over.StatusCode);
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string cookie)
    {
        var answer = await fixture.RawAsync($"GET {path} HTTP/1.1\r\nHost: {fixture.Rest.RestUrl.Authority}\r\nAuthorization: \r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
        return (HttpStatusCode)int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A node with an app, and things that are none.</summary>
    public sealed class Node : IAsyncLifetime
    {
        private readonly string _root = Directory.CreateTempSubdirectory("dhis2-apps-").FullName;

        /// <summary>Where its apps are.</summary>
        public string Apps => Path.Combine(_root, "apps");

        /// <summary>The node.</summary>
        public TestNode Rest { get; private set; } = null!;

        /// <summary>Sends bytes and reads all that comes back.</summary>
        public async Task<string> RawAsync(string request)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Rest.RestUrl.Host, Rest.RestUrl.Port, Ct);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Ct);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(Ct);
        }

        public async ValueTask InitializeAsync()
        {
            Write("outside.txt", "secret");
            Write("apps/outside.txt", "secret");
            Write("apps/clock/manifest.webapp", """{"name":"The clock","version":"1.2","icons":{"48":"icon.png"},"activities":{"dhis":{"href":"*"}}}""");
            Write("apps/clock/index.html", """<meta name="dhis2-base-url" content="__DHIS2_BASE_URL__"><base href="__DHIS2_APP_ROOT_URL__">é""");
            Write("apps/clock/static/app.js", "let x");
            Write("apps/clock/static/app.css", "a{}");
            Write("apps/clock/static/what", "?");
            Write("apps/clock/a b.txt", "spaced");
            Write("apps/clock/.hidden", "secret");
            Write("apps/broken/manifest.webapp", "{");
            Write("apps/broken/index.html", "secret");
            Write("apps/bare/index.html", "secret");
            File.CreateSymbolicLink(Path.Combine(_root, "apps/clock/link.txt"), Path.Combine(_root, "outside.txt"));
            Directory.CreateSymbolicLink(Path.Combine(_root, "apps/clock/linked"), _root);
            Rest = await TestNode.StartAsync(settings: $"Dhis2:Apps:Directory={_root}/apps");
        }

        public async ValueTask DisposeAsync()
        {
            await Rest.DisposeAsync();
            Directory.Delete(_root, recursive: true);
        }

        private void Write(string path, string content)
        {
            var file = Path.Combine(_root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }
    }
}
