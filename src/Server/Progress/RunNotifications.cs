using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dhis2.Scheduling.V1;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Something that happened in a run.</summary>
/// <param name="Uid">Identifier; the same whenever it is made.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Time">When it happened.</param>
/// <param name="Message">What happened.</param>
/// <param name="Completed">A process of the run ended with it.</param>
internal sealed record RunNotification(string Uid, NotificationLevel Level, DateTimeOffset Time, string? Message, bool Completed);

/// <summary>The progress of a run told as notifications, as DHIS2 sends them while a job runs: a pure function of it, so
/// that nothing is kept for those who never ask.</summary>
internal static class RunNotifications
{
    /// <summary>Most notifications of one run.</summary>
    public const int MaxNotifications = 500;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Letters = 52;
    private const int UidLength = 11;

    /// <summary>A run's notifications, newest first.</summary>
    /// <param name="run">The run with its progress.</param>
    /// <param name="typeName">Wire name of its type.</param>
    public static IReadOnlyList<RunNotification> Of(JobRun run, string typeName)
    {
        List<Told> all = [.. run.Progress.Processes.SelectMany((p, i) => OfProcess(p, i, typeName))];
        if (all.Count == 0)
            all.AddRange(OfSilent(run, typeName));
        // Ordered by time, and what happened at one time by the order of the tree.
        var newest = all.OrderBy(t => t.Time).Reverse().Take(MaxNotifications);
        return [.. newest.Select(t => new RunNotification(UidOf(run.RunId, t.Key), t.Level, t.Time, t.Message, t.Completed))];
    }

    // Who polls waits for the end, also of a job that told nothing.
    private static IEnumerable<Told> OfSilent(JobRun run, string typeName)
    {
        yield return new("s", NotificationLevel.Info, run.Started, Started(typeName));
        if (run.Finished is { } finished)
            yield return End("e", run.Error, ProgressTexts.ImplicitProcess, finished, completed: true);
    }

    private static IEnumerable<Told> OfProcess(ProcessProgress process, int index, string typeName)
    {
        yield return new($"s{index}", NotificationLevel.Info, process.Started, process.Description ?? Started(typeName));
        for (var i = 0; i < process.Stages.Count; i++)
        {
            foreach (var told in OfStage(process.Stages[i], $"{index}.{i}"))
                yield return told;
        }

        if (process.Completed is { } completed)
            yield return End($"e{index}", process.Error, process.Summary, completed, completed: true);
    }

    private static IEnumerable<Told> OfStage(StageProgress stage, string key)
    {
        if (!string.IsNullOrEmpty(stage.Description))
            yield return new($"s{key}", NotificationLevel.Info, stage.Started, stage.Description);
        for (var i = 0; i < stage.Items.Count; i++)
        {
            var item = stage.Items[i];
            var position = stage.TotalItems > 0
                ? string.Create(CultureInfo.InvariantCulture, $"[{i + 1}/{stage.TotalItems}] ")
                : string.Create(CultureInfo.InvariantCulture, $"[{i + 1}] ");
            if (!string.IsNullOrEmpty(item.Description))
                yield return new($"s{key}.{i}", NotificationLevel.Loop, item.Started, position + item.Description);
            if (item.Completed is { } ended && item.Error is not null)
                yield return new($"e{key}.{i}", NotificationLevel.Error, ended, item.Error);
            else if (item.Completed is { } done && !string.IsNullOrEmpty(item.Summary))
                yield return new($"e{key}.{i}", NotificationLevel.Loop, done, position + item.Summary);
        }

        if (stage.Completed is { } completed && (stage.Error ?? stage.Summary) is { Length: > 0 })
            yield return End($"e{key}", stage.Error, stage.Summary, completed, completed: false);
    }

    private static Told End(string key, string? error, string? summary, DateTimeOffset time, bool completed) =>
        new(key, error is null ? NotificationLevel.Info : NotificationLevel.Error, time, error ?? summary, completed);

    private static string Started(string typeName) => $"{typeName} process started";

    private static string UidOf(string runId, string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{runId}/{key}"));
        return string.Create(UidLength, hash, static (uid, bytes) =>
        {
            for (var i = 0; i < uid.Length; i++)
                uid[i] = Alphabet[bytes[i] % (i == 0 ? Letters : Alphabet.Length)];
        });
    }

    private readonly record struct Told(string Key, NotificationLevel Level, DateTimeOffset Time, string? Message, bool Completed = false);
}
