using System.Text;
using Dhis2Grpc.Server.Security;
using Microsoft.Extensions.Time.Testing;

namespace Server.Tests.Security;

public sealed class LoginVerifierTests : IDisposable
{
    private static readonly PasswordHash Passwords = new();
    private static readonly string Hash = Passwords.Hash("pass:wörd");

    private readonly FakeTimeProvider _time = new();
    private readonly MemoryUsers _users = new(MemoryUsers.NewUser("alice", Hash));
    private readonly VerifiedCredentials _verified;
    private readonly LoginVerifier _verifier;

    public LoginVerifierTests()
    {
        _verified = new(_time);
        _verifier = new(_users, Passwords, _verified, new(_time));
    }

    public void Dispose() => _verifier.Dispose();

    [Theory]
    [InlineData("alice")]
    [InlineData("ALICE")]
    public async Task The_right_password_logs_in_whatever_the_case_of_the_name(string username) =>
        Assert.Equal("uidalice", (await LoginAsync(username, "pass:wörd")).User?.Uid);

    [Theory]
    [InlineData("alice", "wrong")]
    [InlineData("alice", "")]
    [InlineData("alice", "PASS:WÖRD")]
    [InlineData("nobody", "pass:wörd")]
    public async Task A_wrong_password_and_an_unknown_user_get_the_same_answer(string username, string password) =>
        Assert.Equal((null, "Unauthorized"), await LoginAsync(username, password));

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic ")]
    [InlineData("Basic !!!")]
    [InlineData("Basic YWxpY2U=")]
    [InlineData("Basic OnBhc3M=")]
    [InlineData("Basic //79Og==")]
    public async Task A_malformed_header_is_refused(string header) =>
        Assert.Equal((null, "Unauthorized"), await _verifier.VerifyAsync(header, "address", TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_disabled_user_learns_so_only_with_the_right_password()
    {
        _users.ByUid["uidalice"] = _users.ByUid["uidalice"] with { Disabled = true };

        Assert.Equal((null, "Account disabled"), await LoginAsync("alice", "pass:wörd"));
        Assert.Equal((null, "Unauthorized"), await LoginAsync("alice", "wrong"));
    }

    [Fact]
    public async Task A_verified_login_is_remembered_until_the_user_is_disabled()
    {
        await LoginAsync("alice", "pass:wörd");
        Assert.NotNull(_verified.Find(Header("alice", "pass:wörd")));

        _users.ByUid["uidalice"] = _users.ByUid["uidalice"] with { Disabled = true };

        Assert.Equal((null, "Account disabled"), await LoginAsync("alice", "pass:wörd"));
        Assert.Null(_verified.Find(Header("alice", "pass:wörd")));
    }

    [Fact]
    public async Task A_verified_login_is_forgotten_when_the_password_changes_or_the_user_goes()
    {
        await LoginAsync("alice", "pass:wörd");
        var alice = _users.ByUid["uidalice"];
        _users.ByUid["uidalice"] = alice with { PasswordHash = Passwords.Hash("new") };

        Assert.Null((await LoginAsync("alice", "pass:wörd")).User);
        Assert.NotNull((await LoginAsync("alice", "new")).User);
        _users.ByUid.Clear();
        Assert.Null((await LoginAsync("alice", "new")).User);
    }

    [Fact]
    public async Task A_verified_login_shows_the_user_as_it_now_is()
    {
        await LoginAsync("alice", "pass:wörd");
        _users.ByUid["uidalice"] = _users.ByUid["uidalice"] with { Authorities = new HashSet<string> { "F_SCHEDULING_ADMIN" } };

        Assert.True((await LoginAsync("alice", "pass:wörd")).User!.Has("F_SCHEDULING_ADMIN"));
    }

    [Fact]
    public async Task Too_many_wrong_passwords_lock_the_name_for_the_address_for_a_while()
    {
        for (var i = 0; i < LoginThrottle.MaxFailures; i++)
            Assert.Equal("Unauthorized", (await LoginAsync("alice", $"wrong {i}")).Failure);

        Assert.Equal((null, "Account locked"), await LoginAsync("Alice", "pass:wörd"));
        Assert.NotNull((await LoginAsync("alice", "pass:wörd", "elsewhere")).User);
        _time.Advance(LoginThrottle.LockTime);
        Assert.Equal("Unauthorized", (await LoginAsync("alice", "wrong")).Failure);
        Assert.NotNull((await LoginAsync("alice", "pass:wörd")).User);
    }

    [Fact]
    public async Task A_verified_login_keeps_working_while_others_guess()
    {
        await LoginAsync("alice", "pass:wörd");
        for (var i = 0; i < LoginThrottle.MaxFailures; i++)
            await LoginAsync("alice", "wrong");

        Assert.NotNull((await LoginAsync("alice", "pass:wörd")).User);
        Assert.Equal("Account locked", (await LoginAsync("alice", "wrong")).Failure);
    }

    [Fact]
    public void Verified_logins_are_forgotten_after_their_life()
    {
        var user = _users.ByUid["uidalice"];
        _verified.Add("Basic a", user);
        _time.Advance(VerifiedCredentials.Life - TimeSpan.FromSeconds(1));
        Assert.Equal((user.Uid, user.PasswordHash), _verified.Find("Basic a"));
        Assert.Null(_verified.Find("Basic b"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_verified.Find("Basic a"));
    }

    [Fact]
    public void Memory_for_verified_logins_and_failures_is_bounded()
    {
        var throttle = new LoginThrottle(_time);
        for (var i = 0; i < 25_000; i++)
        {
            _verified.Add($"Basic {i}", _users.ByUid["uidalice"]);
            throttle.Failed($"user {i}", "address");
        }

        Assert.InRange(Enumerable.Range(0, 25_000).Count(i => _verified.Find($"Basic {i}") is not null), 1, 10_001);
    }

    [Fact]
    public void A_hash_is_salted_slow_and_of_the_expected_kind()
    {
        var bytes = Convert.FromBase64String(Hash);

        // Identity's format 1: HMAC-SHA512, 210,000 iterations.
        Assert.Equal([1, 0, 0, 0, 2, 0, 3, 0x34, 0x50], bytes[..9]);
        Assert.NotEqual(Hash, Passwords.Hash("pass:wörd"));
        Assert.True(Passwords.Verify(Hash, "pass:wörd"));
        Assert.False(Passwords.Verify(Hash, "pass:word"));
        Assert.False(Passwords.Verify(null, ""));
    }

    private ValueTask<(User? User, string? Failure)> LoginAsync(string username, string password, string address = "address") =>
        _verifier.VerifyAsync(Header(username, password), address, TestContext.Current.CancellationToken);

    private static string Header(string username, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"));
}
