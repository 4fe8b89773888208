using Contract.Tests.Crash;
using Grpc.Core;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>A node in a process of its own, which can be killed and started again, and a line to it that outlives it.</summary>
internal sealed class Station : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _name;
    private readonly string[] _settings;
    private ServerProcess? _server;

    private Station(string name, IEnumerable<string> settings)
    {
        _name = name;
        _settings = [.. Site.Settings.Concat(settings).Select(s => s.Split('=', 2)).Select(s => $"{s[0].Replace(":", "__", StringComparison.Ordinal)}={s[1]}")];
    }

    /// <summary>The node as it runs now.</summary>
    public Site Site { get; private set; } = null!;

    /// <summary>The line to it.</summary>
    public StormyLine Line { get; private set; } = null!;

    /// <summary>The server as it runs now.</summary>
    public ServerProcess Server => _server!;

    public static async Task<Station> StartAsync(string name, int seed, Uri? allowed = null)
    {
        var station = new Station(name, allowed is null ? [] : [$"Dhis2:Synchronization:AllowedServers:0={allowed.GetLeftPart(UriPartial.Authority)}"]);
        try
        {
            await station.StartAsync();
            station.Line = await StormyLine.StartAsync(station.Server.RestUrl, seed, Site.Login.ToString());
            return station;
        }
        catch
        {
            await station.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it, now.</summary>
    public Task KillAsync() => Server.KillAsync();

    /// <summary>Starts it again where it was killed; before that, so often, starts and kills it after a moment.</summary>
    public async Task RestartAsync(params IReadOnlyList<TimeSpan> killedAfter)
    {
        await Server.DisposeAsync();
        foreach (var moment in killedAfter)
        {
            await using var server = ServerProcess.Launch(_directory.Path);
            await Task.Delay(moment, TimeProvider.System, TestContext.Current.CancellationToken);
            await server.KillAsync();
        }
        var old = Site;
        await StartAsync();
        (Site.Job, Site.Times) = (old.Job, old.Times);
        old.Dispose();
        Line.LeadTo(Server.RestUrl);
    }

    /// <summary>Does something that fails when the node is killed meanwhile.</summary>
    public async Task TryAsync(Func<Site, Task> action)
    {
        var server = Server;
        try
        {
            await action(Site);
        }
        catch (Exception e) when (server.IsCrash(e) || (server.IsDoomed && e is RpcException))
        {
            // Killed.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Site?.Dispose();
        if (Line is not null)
            await Line.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _directory.Dispose();
    }

    private async Task StartAsync()
    {
        _server = await ServerProcess.StartAsync(_directory.Path, _settings);
        Site = Site.Of(_name, _server, "");
    }
}
