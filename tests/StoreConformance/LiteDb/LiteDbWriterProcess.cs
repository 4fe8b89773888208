using System.Diagnostics;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Storage.LiteDb;
using Microsoft.Extensions.Logging.Abstractions;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunTrigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger;

namespace StoreConformance.LiteDb;

/// <summary>A process that writes until it is killed, and acknowledges each durable change with a line.</summary>
internal static class LiteDbWriterProcess
{
    public const string Command = "write-until-killed";

    private static readonly JobType[] Types = [JobType.Test, JobType.Predictor, JobType.DataIntegrity, JobType.AnalyticsTable];

    /// <summary>Starts the process; its standard output carries the acknowledgements.</summary>
    public static Process Start(string directory, string round)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { typeof(LiteDbWriterProcess).Assembly.Location, Command, directory, round })
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public static async Task<int> RunAsync(string directory, string round)
    {
        using var store = LiteDbStore.Open(directory, TimeProvider.System, NullLogger.Instance);
        var jobs = new LiteDbJobStore(store);
        await jobs.RecoverStaleAsync(round, "killed", StoreSuite.T0, CancellationToken.None);
        await using var output = Console.OpenStandardOutput();
        var gate = new SemaphoreSlim(1);
        await Task.WhenAll(Types.Select((type, worker) => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
                await OneJobAsync(jobs, type, $"r{round}w{worker}j{i}", i, round, Acknowledge);
        })).Append(Task.Run(async () =>
        {
            // So that kills hit the folding of the run log and the emptying of LiteDB's log too.
            while (true)
            {
                await store.WorkAsync(
                    file =>
                    {
                        file.Checkpoint();
                        return true;
                    },
                    CancellationToken.None);
                await Task.Delay(TimeSpan.FromMilliseconds(7), TimeProvider.System, CancellationToken.None);
            }
        })));
        return 0;

        async Task Acknowledge(string line)
        {
            await gate.WaitAsync();
            await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
            gate.Release();
        }
    }

    private static async Task OneJobAsync(
        LiteDbJobStore jobs, JobType type, string uid, int i, string round, Func<string, Task> acknowledge)
    {
        var cancel = CancellationToken.None;
        var created = await jobs.CreateAsync(StoreSuite.Job(uid, type), cancel);
        await acknowledge($"C {uid}");
        await jobs.UpdateAsync(created.Configuration! with { Name = $"changed {uid}", ExtraJson = new string('x', i * 37 % 9_000) }, cancel);
        await acknowledge($"U {uid}");
        var run = new JobRun
        {
            RunId = $"{StoreSuite.T0.UtcTicks:x16}{uid}",
            JobUid = uid,
            JobName = uid,
            Type = type,
            Trigger = JobRunTrigger.Execute,
            Started = StoreSuite.T0,
            Owner = round,
        };
        if (await jobs.TryStartAsync(run, null, cancel) != JobStart.Started)
            throw new InvalidOperationException("not started");
        await acknowledge($"S {uid} {run.RunId}");
        var progress = StoreSuite.Progress(i % 10 == 0 ? 500 : 1);
        if (!await jobs.TryFinishAsync(run.RunId, round, JobRunOutcome.Completed, null, progress, StoreSuite.T0, cancel))
            throw new InvalidOperationException("not finished");
        await acknowledge($"F {uid} {run.RunId} {progress.Revision}");
        if (i % 3 != 0)
            return;
        await acknowledge($"D? {uid}");
        await jobs.DeleteAsync(uid, null, cancel);
        await acknowledge($"D {uid}");
    }
}
