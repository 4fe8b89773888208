using Dhis2Grpc.Server.Data;
using static Server.Tests.Data.DataWarehouse;

namespace Server.Tests.Data;

/// <summary>Imports from nodes that get what is entered here as this one gets what is entered there.</summary>
public class KeepLaterTests
{
    private static int _requests;

    private static DataImportOptions Push => new() { Sender = new("central", ++_requests) };

    [Theory]
    [InlineData("2", "10:00:00.000", "", "2", true, "what was entered later")]
    [InlineData("2", "08:59:59.999", "", "1", false, "what was entered before")]
    [InlineData("0.5", "08:59:59.999", ",\"deleted\":true", "1", false, "what was deleted before")]
    [InlineData("1", "10:00:00.000", ",\"deleted\":true", "1", true, "what was deleted later")]
    [InlineData("1", "10:00:00.000", "", "1", true, "the same, entered later")]
    [InlineData("2", "09:00:00.000", "", "2", true, "at the same time, the greater one")]
    [InlineData("0", "09:00:00.000", "", "1", false, "at the same time, the lesser one")]
    [InlineData("0", "09:00:00.000", ",\"deleted\":true", "0", true, "at the same time, the deletion")]
    public async Task Of_two_entries_the_later_one_stays_whichever_comes_last(string value, string time, string more, string left, bool taken, string why)
    {
        foreach (var turned in new[] { false, true })
        {
            await using var data = await CreateAsync();
            string[] entries =
            [
                Value(SignificantZero, "202401", Root, "1", ",\"storedBy\":\"a\",\"created\":\"2024-02-01\",\"lastUpdated\":\"2024-02-03T09:00:00.000+0000\""),
                Value(SignificantZero, "202401", Root, value, $",\"storedBy\":\"b\",\"created\":\"2024-02-01\",\"lastUpdated\":\"2024-02-03T{time}+0000\"{more}"),
            ];
            foreach (var entry in turned ? entries.Reverse() : entries)
                Assert.Equal("SUCCESS", (await data.ImportAsync(Document(entry), Push)).Status);

            var (by, at) = taken ? ("b", time) : ("a", "09:00:00.000");
            Assert.True($"{left}|{by}|2024-02-03 {at[..8]}|{(taken && more.Length > 0 ? "true" : "false")}" == string.Join(',', await data.Files.TextsAsync(
                "select value, storedby, strftime(lastupdated, '%Y-%m-%d %H:%M:%S'), deleted::varchar from datavalue")), why);
        }
    }

    [Fact]
    public async Task What_comes_once_more_is_no_change()
    {
        await using var data = await CreateAsync();
        var values = Document(
            Value(Number, "202401", Root, "1", ",\"lastUpdated\":\"2024-02-03T09:00:00.125+0000\""),
            Value(Number, "202402", Root, "2", ",\"lastUpdated\":\"2024-02-03T09:00:00.125+0000\",\"deleted\":true"));
        await data.ImportAsync(values, Push);
        var changed = await data.Files.TextsAsync("select changed::varchar from datavalue");

        var count = (await data.ImportAsync(values, Push)).ImportCount;

        Assert.Equal((0, 0, 0, 2), (count.Imported, count.Updated, count.Deleted, count.Ignored));
        Assert.Equal(changed, await data.Files.TextsAsync("select changed::varchar from datavalue"));
    }

    [Fact]
    public async Task A_change_is_never_older_than_what_it_changes()
    {
        await using var data = await CreateAsync();
        // Of a node whose clock is ahead.
        await data.ImportAsync(Document(
            Value(Number, "202401", Root, "1", ",\"lastUpdated\":\"2030-01-01T00:00:00.000+0000\""),
            Value(Number, "202402", Root, "1", ",\"lastUpdated\":\"2030-01-01T00:00:00.000+0000\""),
            Value(Number, "202403", Root, "1", ",\"lastUpdated\":\"2030-01-01T00:00:00.000+0000\"")), Push);

        await data.ImportAsync(Document(
            Value(Number, "202401", Root, "2"), Value(Number, "202402", Root, "2", ",\"lastUpdated\":\"2029-01-01T00:00:00.000+0000\""),
            Value(Number, "202403", Root, "1", ",\"deleted\":true")));

        Assert.Equal(["2|2030-01-01 00:00:00.001", "2|2030-01-01 00:00:00.001", "1|2030-01-01 00:00:00.001"], await data.Files.TextsAsync(
            "select value, lastupdated::varchar from datavalue order by periodid"));
    }
}
