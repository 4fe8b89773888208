using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>The node as a process: runs until it is asked to stop, and says in words why it cannot start.</summary>
internal static class NodeProcess
{
    /// <summary>Runs the node.</summary>
    /// <returns>Exit code: 0 after an orderly stop, 1 when it could not start.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        WebApplication? app = null;
        try
        {
            app = Node.Build(args);
            await app.StartAsync();
        }
        catch (Exception e) when (app is not null && IsStop(app, e))
        {
            await app.StopAsync();
            await app.DisposeAsync();
            return 0;
        }
        catch (Exception e)
        {
            await TellAsync(app, e);
            return 1;
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        NodeLog.Listening(app.Logger, addresses.First(), addresses.Last());
        await app.WaitForShutdownAsync();
        await app.DisposeAsync();
        return 0;
    }

    // Asked to stop before it had started; services that start side by side may each say so.
    private static bool IsStop(WebApplication app, Exception e) => app.Lifetime.ApplicationStopping.IsCancellationRequested
        && (e is OperationCanceledException || (e is AggregateException all && all.Flatten().InnerExceptions.All(i => i is OperationCanceledException)));

    private static async Task TellAsync(WebApplication? app, Exception e)
    {
        using var ownLogging = app is null ? LoggerFactory.Create(b => b.AddSimpleConsole(o => o.SingleLine = true)) : null;
        var log = app?.Logger ?? ownLogging!.CreateLogger("Dhis2Grpc.Server");
        if (StartFailure.Explain(e) is { } reason)
            NodeLog.CannotStart(log, reason);
        else
            NodeLog.StartFailed(log, e);
        // Disposing writes out what the console logger has queued.
        if (app is not null)
            await app.DisposeAsync();
    }
}
