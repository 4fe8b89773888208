namespace Contract.Tests.Hosting;

/// <summary>One node for the tests of a class that do not mind each other.</summary>
public sealed class SharedNode : IAsyncLifetime
{
    private static int _crons;

    /// <summary>The node.</summary>
    public TestNode Node { get; private set; } = null!;

    /// <summary>A cron expression that no other job has, and that does not come due during a test.</summary>
    public static string NextCron()
    {
        var n = Interlocked.Increment(ref _crons);
        return $"{n % 60} {n / 60 % 60} 3 29 2 ?";
    }

    public async ValueTask InitializeAsync() => Node = await TestNode.StartAsync();

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
