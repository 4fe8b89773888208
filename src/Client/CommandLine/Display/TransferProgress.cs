using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Shows how far a document is on its way; nothing where no one looks at a screen.</summary>
internal static class TransferProgress
{
    /// <summary>Runs a transfer under a progress bar.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="quiet">Show nothing.</param>
    /// <param name="description">What is sent.</param>
    /// <param name="total">Bytes of the whole; null when unknown.</param>
    /// <param name="transfer">The transfer; told where to report bytes.</param>
    public static async Task<T> RunAsync<T>(
        Terminal terminal, bool quiet, string description, long? total, Func<IProgress<long>?, Task<T>> transfer)
    {
        if (quiet || !terminal.Live || !terminal.Out.Profile.Capabilities.Ansi)
            return await transfer(null);
        return await terminal.Out.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(),
                new TransferSpeedColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(description.EscapeMarkup(), maxValue: total ?? 1);
                task.IsIndeterminate = total is null;
                var result = await transfer(new Bytes(task, total));
                task.IsIndeterminate = false;
                task.MaxValue = Math.Max(1, task.Value);
                task.StopTask();
                return result;
            });
    }

    private sealed class Bytes(ProgressTask task, long? total) : IProgress<long>
    {
        public void Report(long value)
        {
            // Without a known total the bar stays indeterminate, and its end moves ahead of the value.
            if (total is null)
                task.MaxValue = value + 1;
            task.Value = value;
        }
    }
}
