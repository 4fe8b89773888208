using Dhis2Grpc.Server.Progress;
using Microsoft.Extensions.Time.Testing;

namespace Dhis2Grpc.Server.Tests.Progress;

/// <summary>Reads a watch one event at a time.</summary>
internal sealed class WatchReader : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _end;
    private readonly RunWatcher _watcher;
    private readonly IAsyncEnumerator<WatchedEvent> _events;
    private Task<bool>? _next;

    public WatchReader(RunWatcher watcher)
    {
        _watcher = watcher;
        _end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _events = watcher.ReadAsync(_end.Token).GetAsyncEnumerator(_end.Token);
    }

    public async Task<WatchedEvent> NextAsync()
    {
        _next ??= _events.MoveNextAsync().AsTask();
        Assert.True(await _next.WaitAsync(Limit, TestContext.Current.CancellationToken));
        _next = null;
        return _events.Current;
    }

    /// <summary>The next event that ends a run; lets ticks pass.</summary>
    public async Task<WatchedEvent> NextTerminalAsync(FakeTimeProvider time)
    {
        while (true)
        {
            time.Advance(ProgressHub.Tick);
            var next = await NextAsync();
            if (next.Event.Terminal)
                return next;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            if (_next is not null)
                await _next;
        }
        catch (Exception e) when (e is OperationCanceledException or Dhis2Grpc.Server.Errors.Dhis2Exception)
        {
        }

        await _events.DisposeAsync();
        _watcher.Dispose();
        _end.Dispose();
    }
}
