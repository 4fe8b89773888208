using System.Collections.Concurrent;
using System.Text;
using Contract.Tests.Data;
using Contract.Tests.Hosting;
using Contract.Tests.Synchronization.Versions;
using Dhis2.Scheduling.V1;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Contract.Tests.Synchronization;

/// <summary>All that the node says while a synchronization fails, with a remote server that repeats the login wherever it can.</summary>
public sealed class PasswordTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("echo")]
    [InlineData("conflict")]
    [InlineData("cut")]
    [InlineData("metadata")]
    public async Task The_password_is_in_nothing_that_the_node_says(string how)
    {
        await using var peer = await Peer.StartAsync();
        var said = new ConcurrentQueue<string>();
        await using var node = await TestNode.StartAsync(
            b =>
            {
                b.Logging.SetMinimumLevel(LogLevel.Trace);
                b.Logging.AddFilter(null, LogLevel.Trace);
                b.Services.AddSingleton<ILoggerProvider>(new Listener(said));
            },
            settings:
            [
                "Dhis2:Synchronization:AllowPrivateNetworks=true", "Dhis2:Synchronization:RetryDelay=00:00:00.001",
                "Dhis2:Synchronization:MetadataRetryDelay=00:00:00.001",
            ]);
        await SyncNode.FillAsync(node.Http);
        foreach (var (key, value) in new[] { ("keyRemoteInstanceUrl", peer.Url.ToString()), ("keyRemoteInstanceUsername", SyncNode.Username), ("keyRemoteInstancePassword", SyncNode.Password) })
            said.Enqueue(await (await node.Http.PostAsync($"/api/systemSettings/{key}", new StringContent(value), Ct)).Content.ReadAsStringAsync(Ct));
        await SyncNode.EnterAsync(node.Http, 3);
        var login = $"{SyncNode.Password} {SyncNode.Basic} {Uri.EscapeDataString(SyncNode.Password)}";
        peer.Answer = r => (how, r.Path) switch
        {
            ("cut", "/api/dataValueSets") => new(0) { Abort = true },
            ("conflict", "/api/dataValueSets") => new(409, $$"""
                {"status":"WARNING","response":{"responseType":"ImportSummary","status":"WARNING","importCount":{"imported":0},
                 "conflicts":[{"object":"{{login}}","value":"your login {{login}}","errorCode":"{{SyncNode.Password}}","indexes":[0,1]}]} }
                """),
            ("metadata", "/api/metadata/version/history") => new(500, $"you are {login}"),
            ("metadata", "/api/metadata/version") => new(200, $$"""{"name":"{{SyncNode.Password}}","type":"{{login}}"}"""),
            ("echo", "/api/dataValueSets") => new(500, $"you are {login} " + new string('x', 250) + login),
            _ => null,
        };
        var job = how == "metadata" ? await SyncJob.CreateAsync(node.Channel) : await SyncNode.CreateJobAsync(node.Channel, 50);

        var run = await SyncNode.RunAsync(node.Channel, job);
        Assert.Equal(how == "conflict" ? JobRunState.Completed : JobRunState.Failed, run.State);
        said.Enqueue(run.ToString());
        said.Enqueue(await ReadAsync(node, HttpMethod.Post, "/api/synchronization/dataPush"));
        peer.Answer = r => r.Path == "/api/me" ? new(500, login) : null;
        foreach (var path in new[]
        {
            "synchronization/availability", "synchronization/conflicts", "systemSettings", "systemSettings/keyRemoteInstancePassword", "scheduling/completed",
            "scheduling/running", "scheduling/completed/DATA_SYNC", "scheduling/completed/META_DATA_SYNC", "metadata/sync?versionName=Version_1", "scheduling/runs", $"scheduling/runs/{run.RunId}", "jobConfigurations?fields=*", "system/info", "me",
        })
            said.Enqueue(await ReadAsync(node, HttpMethod.Get, "/api/" + path));
        try
        {
            await DataPushTests.Client(node).PushDataAsync(new(), cancellationToken: Ct);
        }
        catch (RpcException e)
        {
            said.Enqueue(e + string.Join(' ', e.Trailers.Select(t => t.IsBinary ? Encoding.UTF8.GetString(t.ValueBytes) : t.Value)));
        }

        Assert.Contains(said, s => s.Contains("***", StringComparison.Ordinal) || how == "cut");
        foreach (var form in new[] { SyncNode.Password, SyncNode.Basic["Basic ".Length..], Uri.EscapeDataString(SyncNode.Password), SyncNode.Basic["Basic ".Length..][..20] })
            Assert.DoesNotContain(said, s => s.Contains(form, StringComparison.Ordinal));
    }

    private static async Task<string> ReadAsync(TestNode node, HttpMethod method, string path)
    {
        var answer = await node.Http.SendAsync(new(method, path), Ct);
        return $"{answer.Headers} {await answer.Content.ReadAsStringAsync(Ct)}";
    }

    private sealed class Listener(ConcurrentQueue<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            said.Enqueue(state.ToString() ?? "");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            said.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
