using Dhis2.Scheduling.V1;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>Nodes that send to each other until there is nothing left to send.</summary>
internal static class Exchange
{
    private const int MaxRounds = 12;

    /// <summary>Runs the jobs in turn until each has had nothing to send.</summary>
    /// <returns>How many rounds something was sent in.</returns>
    public static async Task<int> SettleAsync(params IReadOnlyList<Site> sites)
    {
        for (var round = 0; ; round++)
        {
            var runs = new List<JobRun>();
            foreach (var site in sites)
                runs.Add(await site.SyncAsync());
            Assert.True(runs.All(r => r.State == JobRunState.Completed),
                string.Join('\n', runs.Select((r, i) => $"{sites[i].Name}: {r.State} {string.Join("; ", r.Sequence.Select(p => p.Summary + p.Error))}")));
            if (runs.All(Site.IsSilent))
                return round;
            Assert.True(round < MaxRounds, $"After {MaxRounds} rounds there is still something to send: {string.Join("; ", runs.SelectMany(r => r.Sequence).Select(p => p.Summary))}");
        }
    }

    /// <summary>Checks that all nodes hold the same, byte for byte, and what the clerks were answered.</summary>
    public static async Task CheckAsync(Clerk clerk, params IReadOnlyList<Site> sites)
    {
        var values = await sites[0].ExportAsync(Country.Values);
        var registrations = await sites[0].ExportAsync(Country.Registrations);
        foreach (var other in sites.Skip(1))
        {
            AssertSame("values", sites[0], values, other, await other.ExportAsync(Country.Values));
            AssertSame("registrations", sites[0], registrations, other, await other.ExportAsync(Country.Registrations));
        }
        clerk.Check(values, registrations);
        foreach (var site in sites)
            Assert.Empty(await site.ConflictsAsync());
    }

    private static void AssertSame(string what, Site one, List<string> ofOne, Site other, List<string> ofOther)
    {
        if (ofOne.SequenceEqual(ofOther))
            return;
        var onlyOne = ofOne.Except(ofOther).ToList();
        var onlyOther = ofOther.Except(ofOne).ToList();
        Assert.Fail($"""
            {what}: {onlyOne.Count} only at {one.Name}, {onlyOther.Count} only at {other.Name}, {ofOne.Count} and {ofOther.Count} in all
            {string.Join('\n', onlyOne.Take(5))}
            ---
            {string.Join('\n', onlyOther.Take(5))}
            """);
    }
}
