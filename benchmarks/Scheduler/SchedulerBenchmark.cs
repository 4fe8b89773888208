using System.Diagnostics;
using System.Globalization;

namespace Dhis2Grpc.Benchmarks.Scheduler;

/// <summary>Many job configurations, each due once a minute at its own second, or all every second: the node's scheduler with every start
/// and end durable in LiteDB, beside Quartz.NET with its store in memory. Each engine has a process of its own.</summary>
internal static class SchedulerBenchmark
{
    /// <summary>Runs it. What the first <c>--warm-up</c> seconds cost, such as compilation, is left out on both sides.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var jobs = options.Int("jobs", 100_000);
        var seconds = options.Int("seconds", 20);
        var warmUp = options.Int("warm-up", 2);
        var shape = options.Text("shape") ?? "minute";
        for (var run = 0; run < options.Int("runs", 3); run++)
        {
            // Made anew, so that neither engine has a past to make up for.
            var folder = Directory.CreateTempSubdirectory("dhis2-benchmark-scheduler").FullName;
            try
            {
                await ChildAsync(["scheduler-prepare", folder, Text(jobs), shape], cancellationToken);
                await ChildAsync(["scheduler-node", folder, Text(jobs), shape, Text(seconds), Text(warmUp)], cancellationToken);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }

            await ChildAsync(["scheduler-quartz", Text(jobs), shape, Text(seconds), Text(warmUp)], cancellationToken);
        }

        return 0;
    }

    /// <summary>Reads an argument of a child.</summary>
    public static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(int.Parse(text, CultureInfo.InvariantCulture));

    private static async Task ChildAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var child = Process.Start(ChildProcess.Self(arguments))!;
        await child.WaitForExitAsync(cancellationToken);
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"{arguments[0]} ended with {child.ExitCode}.");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
