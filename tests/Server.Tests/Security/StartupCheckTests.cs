using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Server.Tests.Security;

public sealed class StartupCheckTests
{
    private const string Loopback = "http://127.0.0.1:8080";

    private static readonly PasswordHash Passwords = new();

    private readonly MemoryUsers _users = new();

    [Fact]
    public async Task The_first_start_makes_the_administrator()
    {
        await StartAsync("district", Loopback);

        var admin = Assert.Single(_users.ByUid.Values);
        Assert.Equal("admin", admin.Username);
        Assert.Matches("^[a-zA-Z][a-zA-Z0-9]{10}$", admin.Uid);
        Assert.True(admin.Has("F_SCHEDULING_ADMIN"));
        Assert.True(Passwords.Verify(admin.PasswordHash, "district"));
    }

    [Fact]
    public async Task A_later_start_leaves_users_alone()
    {
        await StartAsync("district", Loopback);
        var admin = _users.ByUid.Values.Single();

        await StartAsync("district", Loopback);

        Assert.Same(admin, Assert.Single(_users.ByUid.Values));
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("http://192.168.1.7:8080")]
    [InlineData("http://dhis2.example.org:8080")]
    public async Task The_default_password_is_refused_where_others_can_connect(string url)
    {
        var refusal = await Assert.ThrowsAsync<Dhis2Exception>(() => StartAsync("district", Loopback, url));

        Assert.Contains(url, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Dhis2__Security__AdminPassword", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_users.ByUid);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://127.8.8.8:8080")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://LOCALHOST:8080")]
    [InlineData("http://[::1]:8080")]
    public async Task The_default_password_is_fine_on_loopback(string url)
    {
        await StartAsync("district", url);

        Assert.Single(_users.ByUid);
    }

    [Fact]
    public async Task A_stored_default_password_is_refused_where_others_can_connect()
    {
        await StartAsync("district", Loopback);

        var refusal = await Assert.ThrowsAsync<Dhis2Exception>(() => StartAsync("district", "http://*:8080"));

        Assert.Contains("Dhis2__Security__AdminPassword", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_of_ones_own_opens_any_listener()
    {
        await StartAsync("Own-1", "http://*:8080");

        Assert.True(Passwords.Verify(_users.ByUid.Values.Single().PasswordHash, "Own-1"));
        // Also when the setting is gone: what counts is the stored password.
        await StartAsync("district", "http://*:8080");
        Assert.True(Passwords.Verify(_users.ByUid.Values.Single().PasswordHash, "Own-1"));
    }

    [Fact]
    public async Task The_setting_replaces_a_stored_default_password_but_no_other()
    {
        await StartAsync("district", Loopback);

        await StartAsync("Own-1", "http://*:8080");
        Assert.True(Passwords.Verify(_users.ByUid.Values.Single().PasswordHash, "Own-1"));
        await StartAsync("Own-2", "http://*:8080");
        Assert.True(Passwords.Verify(_users.ByUid.Values.Single().PasswordHash, "Own-1"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public async Task An_empty_password_is_refused(string password)
    {
        var refusal = await Assert.ThrowsAsync<Dhis2Exception>(() => StartAsync(password, Loopback));

        Assert.Contains("Dhis2__Security__AdminPassword", refusal.Message, StringComparison.Ordinal);
    }

    private Task StartAsync(string password, params string[] urls) => new StartupCheck(
        _users,
        Passwords,
        new ListenerUrls(urls),
        Options.Create(new SecurityOptions { AdminPassword = password }),
        new FakeTimeProvider(),
        NullLogger<StartupCheck>.Instance).StartingAsync(TestContext.Current.CancellationToken);
}
