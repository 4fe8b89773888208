using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Watching;
using Google.Protobuf;
using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Shows a watch: as a live tree, as plain lines, or as one JSON object a line.</summary>
internal sealed class RunDisplay(Terminal terminal, bool json)
{
    private static readonly TimeSpan Paint = TimeSpan.FromMilliseconds(100);

    /// <summary>Options that tell people about lost connections.</summary>
    public WatchOptions Options(bool follow = false) => new()
    {
        Follow = follow,
        OnConnectionLost = (lost, wait) => terminal.Error.WriteLine(
            $"Connection lost ({lost.Message}); trying again in {ShownText.Span(wait)}."),
    };

    /// <summary>Shows all updates to the end of the watch.</summary>
    /// <returns>The last run that ended; null when none did.</returns>
    public Task<JobRun?> ShowAsync(IAsyncEnumerable<JobRunUpdate> updates, CancellationToken cancellationToken) =>
        json ? ShowJsonAsync(updates)
        : terminal.Live && terminal.Out.Profile.Capabilities.Ansi ? ShowLiveAsync(updates, cancellationToken)
        : ShowLinesAsync(updates);

    /// <summary>An update as the message that brought it.</summary>
    public static WatchJobRunResponse ToMessage(JobRunUpdate update)
    {
        var message = new WatchJobRunResponse
        {
            RunId = update.Run.RunId,
            JobId = update.Run.JobId,
            JobType = update.Run.JobType,
            Revision = update.Revision,
            ResumeToken = update.ResumeToken,
            Terminal = update.Terminal,
        };
        if (update.Changes is null)
            message.Snapshot = update.Run;
        else
            message.Delta = update.Changes;
        return message;
    }

    private async Task<JobRun?> ShowJsonAsync(IAsyncEnumerable<JobRunUpdate> updates)
    {
        JobRun? ended = null;
        await foreach (var update in updates)
        {
            await terminal.Text.WriteLineAsync(MessageJson.Format(ToMessage(update), indented: false));
            await terminal.Text.FlushAsync();
            ended = update.Terminal ? update.Run : ended;
        }

        return ended;
    }

    private async Task<JobRun?> ShowLinesAsync(IAsyncEnumerable<JobRunUpdate> updates)
    {
        var lines = new RunLines(terminal.Text, terminal.Time);
        JobRun? ended = null;
        await foreach (var update in updates)
        {
            lines.Update(update.Run.RunId, RunView.Of(update.Run), update.Terminal);
            ended = update.Terminal ? update.Run : ended;
        }

        return ended;
    }

    private async Task<JobRun?> ShowLiveAsync(
        IAsyncEnumerable<JobRunUpdate> updates, CancellationToken cancellationToken)
    {
        var views = new Dictionary<string, RunView>();
        var endedRuns = new Queue<string>();
        JobRun? ended = null;
        await terminal.Out.Live(new Text("Waiting for a run ..."))
            .Overflow(VerticalOverflow.Crop)
            .StartAsync(async live =>
            {
                using var clock = new PeriodicTimer(Paint, terminal.Time);
                var painting = PaintAsync(live, views, clock);
                try
                {
                    await foreach (var update in updates.WithCancellation(cancellationToken))
                    {
                        // Copied here, where the tree stands still; the painter only reads the copy.
                        var view = RunView.Of(update.Run);
                        lock (views)
                            views[update.Run.RunId] = view;
                        if (!update.Terminal)
                            continue;
                        ended = update.Run;
                        endedRuns.Enqueue(update.Run.RunId);
                        if (endedRuns.Count > 2)
                        {
                            lock (views)
                                views.Remove(endedRuns.Dequeue());
                        }
                    }
                }
                finally
                {
                    clock.Dispose();
                    await painting;
                    Draw(live, views, int.MaxValue);
                }
            });
        return ended;
    }

    private async Task PaintAsync(LiveDisplayContext live, Dictionary<string, RunView> views, PeriodicTimer clock)
    {
        while (await clock.WaitForNextTickAsync())
            Draw(live, views, Math.Max(5, terminal.Out.Profile.Height - 2));
    }

    private void Draw(LiveDisplayContext live, Dictionary<string, RunView> views, int maxLines)
    {
        RunView[] runs;
        lock (views)
            runs = [.. views.Values];
        if (runs.Length == 0)
            return;
        live.UpdateTarget(RunTree.Draw(
            runs, terminal.Time.GetUtcNow(), terminal.Out.Profile.Capabilities.Unicode, terminal.Out.Profile.Width, maxLines));
    }
}
