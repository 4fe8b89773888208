using Dhis2Grpc.Server.Security;

namespace StoreConformance;

/// <summary>Users and settings.</summary>
public abstract class UserAndSettingSuite(StorePlace place) : StoreSuite(place)
{
    [Fact]
    public async Task A_user_survives_reopening_and_is_found_by_uid_and_name_in_any_case()
    {
        var user = NewUser("userAAAAAA1", "Ängström") with
        {
            Email = "a@example.org",
            Authorities = new HashSet<string> { "ALL", "F_SCHEDULING_ADMIN" },
            Disabled = true,
        };
        Assert.True(await Users.SaveAsync(user, Cancel));

        await ReopenAsync();

        Assert.Equivalent(user, await Users.FindAsync("userAAAAAA1", Cancel), strict: true);
        Assert.Equivalent(user, await Users.FindByUsernameAsync("äNGSTRÖM", Cancel), strict: true);
        Assert.Equivalent(user, Assert.Single(await Users.ListAsync(Cancel)), strict: true);
        Assert.Null(await Users.FindAsync("useraaaaaa1", Cancel));
        Assert.Null(await Users.FindByUsernameAsync("nobody", Cancel));
    }

    [Fact]
    public async Task A_login_name_belongs_to_one_user()
    {
        var first = NewUser("userAAAAAA1", "alice");
        Assert.True(await Users.SaveAsync(first, Cancel));

        Assert.False(await Users.SaveAsync(NewUser("userAAAAAA2", "ALICE"), Cancel));
        Assert.True(await Users.SaveAsync(first with { Surname = "changed" }, Cancel));
        Assert.Equal("changed", (await Users.FindByUsernameAsync("alice", Cancel))!.Surname);
        Assert.Null(await Users.FindAsync("userAAAAAA2", Cancel));
    }

    [Fact]
    public async Task Renaming_a_user_frees_the_old_login_name()
    {
        var first = NewUser("userAAAAAA1", "alice");
        await Users.SaveAsync(first, Cancel);
        Assert.True(await Users.SaveAsync(first with { Username = "alicia" }, Cancel));

        await ReopenAsync();

        Assert.Null(await Users.FindByUsernameAsync("alice", Cancel));
        Assert.True(await Users.SaveAsync(NewUser("userAAAAAA2", "alice"), Cancel));
        Assert.Equal(2, (await Users.ListAsync(Cancel)).Count);
    }

    [Fact]
    public async Task Settings_are_set_changed_and_removed()
    {
        Assert.Null(await Settings.GetAsync("key", Cancel));
        await Settings.SetAsync("key", "värde", Cancel);
        await Settings.SetAsync("other", new string('x', 100_000), Cancel);
        await Settings.SetAsync("KEY", "upper", Cancel);
        await Settings.SetAsync("empty", "", Cancel);
        await ReopenAsync();
        Assert.Equal("värde", await Settings.GetAsync("key", Cancel));
        Assert.Equal("upper", await Settings.GetAsync("KEY", Cancel));
        Assert.Equal("", await Settings.GetAsync("empty", Cancel));
        Assert.Equal(100_000, (await Settings.GetAsync("other", Cancel))!.Length);

        await Settings.SetAsync("key", null, Cancel);
        await ReopenAsync();
        Assert.Null(await Settings.GetAsync("key", Cancel));
    }

    [Fact]
    public async Task Settings_of_one_call_are_set_together()
    {
        await Settings.SetAsync("gone", "old", Cancel);
        await Settings.SetAsync([new("first", "1"), new("gone", null), new("second", "2"), new("first", "3")], Cancel);
        await ReopenAsync();
        Assert.Equal("3", await Settings.GetAsync("first", Cancel));
        Assert.Equal("2", await Settings.GetAsync("second", Cancel));
        Assert.Null(await Settings.GetAsync("gone", Cancel));
    }

    [Fact]
    public async Task Of_many_first_values_at_once_all_callers_get_the_one_that_won()
    {
        var values = await Task.WhenAll(Enumerable.Range(0, 40).Select(
            i => Task.Run(() => Settings.GetOrAddAsync("secret", $"value {i}", Cancel).AsTask(), Cancel)));

        var winner = Assert.Single(values.Distinct());
        await ReopenAsync();
        Assert.Equal(winner, await Settings.GetAsync("secret", Cancel));
        Assert.Equal(winner, await Settings.GetOrAddAsync("secret", "late", Cancel));
    }

    private static User NewUser(string uid, string name) => new()
    {
        Uid = uid,
        Username = name,
        FirstName = "Åsa",
        Surname = "Öberg",
        PasswordHash = "hash",
        Created = T0,
        LastUpdated = T0.AddTicks(3),
    };
}
