using Contract.Tests.Hosting;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>Nodes of which each sends to the next, over a line of its own; two are each other's remote servers. The first has the
/// metadata, and the others fetch it.</summary>
internal sealed class Ring : IAsyncDisposable
{
    private const int PageSize = 50;

    private readonly List<TestNode> _nodes = [];
    private readonly List<StormyLine> _lines = [];
    private readonly List<Site> _sites = [];

    private Ring(string[] regions) => Regions = regions;

    /// <summary>The nodes.</summary>
    public IReadOnlyList<Site> Sites => _sites;

    /// <summary>Where each node's values are entered.</summary>
    public IReadOnlyList<string> Regions { get; }

    /// <summary>What the lines did.</summary>
    public string Story => string.Join('\n', _lines.Select((line, i) => $"to {_sites[i].Name}: {line.Story}"));

    /// <summary>Starts a node for each region, and lines that are good at first.</summary>
    public static async Task<Ring> StartAsync(int seed, params string[] regions)
    {
        var ring = new Ring(regions);
        try
        {
            for (var i = 0; i < regions.Length; i++)
            {
                // Those that come after the first fetch metadata over its line.
                string[] allowed = i == 0 ? [] : [$"Dhis2:Synchronization:AllowedServers:0={ring._lines[0].Url.GetLeftPart(UriPartial.Authority)}"];
                var node = await TestNode.StartAsync(settings: [.. Site.Settings, .. allowed]);
                ring._nodes.Add(node);
                ring._lines.Add(await StormyLine.StartAsync(node.RestUrl, (seed * 10) + i, Site.Login.ToString()));
                ring._sites.Add(Site.Of(i == 0 ? "central" : $"local{i}", node));
            }
            for (var i = 0; i < regions.Length; i++)
            {
                await ring._sites[i].ConnectAsync(ring._lines[(i + 1) % regions.Length].Url);
                await ring._sites[i].CreateJobAsync(PageSize);
            }
            await ring._sites[0].PostAsync("/api/metadata", Country.Metadata());
            return ring;
        }
        catch
        {
            await ring.DisposeAsync();
            throw;
        }
    }

    /// <summary>The storm rises.</summary>
    public void Rise()
    {
        foreach (var line in _lines)
            line.Rise();
    }

    /// <summary>The storm rises, and all nodes get the metadata of the first; one gets some of its own.</summary>
    public async Task PublishAsync(Clerk clerk)
    {
        Rise();
        foreach (var site in _sites.Skip(1))
            await site.PullAsync(_lines[0].Url, attempts: 20);
        await _sites[1].PostAsync("/api/metadata", Country.LocalMetadata);
        clerk.Combos = await Country.CombosAsync(_sites[0]);
    }

    /// <summary>The storm is over.</summary>
    public async Task CalmAsync()
    {
        foreach (var line in _lines)
            await line.CalmAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var site in _sites)
            site.Dispose();
        foreach (var line in _lines)
            await line.DisposeAsync();
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }
}
