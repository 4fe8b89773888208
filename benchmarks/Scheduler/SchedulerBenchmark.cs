using System.Diagnostics;
using System.Globalization;

namespace Dhis2Grpc.Benchmarks.Scheduler;

/// <summary>Many job configurations, each due once a minute at its own second, or all every second: the node's scheduler with every start
/// and end durable in LiteDB, beside Quartz.NET with its store in memory. Each engine has a process of its own.</summary>
internal static class SchedulerBenchmark
{
    /// <summary>What happens before the measurement starts, such as compilation, is left out. The runtime compiles a
    /// method for good after 30 calls, and some are called once per second.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(40);

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var jobs = options.Int("jobs", 100_000);
        var seconds = options.Int("seconds", 20);
        var shape = options.Text("shape") ?? "minute";
        for (var run = 0; run < options.Int("runs", 3); run++)
        {
            // Made anew, so that neither engine has a past to make up for.
            var folder = Directory.CreateTempSubdirectory("dhis2-benchmark-scheduler").FullName;
            try
            {
                await ChildAsync(["scheduler-prepare", folder, Text(jobs), shape], cancellationToken);
                await ChildAsync(["scheduler-node", folder, Text(jobs), shape, Text(seconds)], cancellationToken);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }

            await ChildAsync(["scheduler-quartz", Text(jobs), shape, Text(seconds)], cancellationToken);
        }

        return 0;
    }

    private static async Task ChildAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var child = Process.Start(ChildProcess.Self(arguments))!;
        await child.WaitForExitAsync(cancellationToken);
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"{arguments[0]} ended with {child.ExitCode}.");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
