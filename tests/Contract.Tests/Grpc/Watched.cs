using Dhis2.Scheduling.V1;
using Grpc.Core;

namespace Contract.Tests.Grpc;

/// <summary>Reads a watch as a client does: applies deltas to the run it knows, and checks what every watch keeps.</summary>
internal sealed class Watched
{
    private readonly Dictionary<string, long> _revisions = [];

    /// <summary>All that was received.</summary>
    public List<WatchJobRunResponse> Messages { get; } = [];

    /// <summary>The runs as this reader knows them.</summary>
    public Dictionary<string, JobRun> Runs { get; } = [];

    public string Token => Messages[^1].ResumeToken;

    /// <summary>Reads until the stream ends.</summary>
    public static async Task<Watched> ToEndAsync(AsyncServerStreamingCall<WatchJobRunResponse> call)
    {
        var watched = new Watched();
        while (await call.ResponseStream.MoveNext(Limit()))
            watched.Take(call.ResponseStream.Current);
        return watched;
    }

    /// <summary>Reads until a message fulfils the condition.</summary>
    public async Task UntilAsync(AsyncServerStreamingCall<WatchJobRunResponse> call, Func<WatchJobRunResponse, bool> condition)
    {
        do
            Assert.True(await call.ResponseStream.MoveNext(Limit()), "The stream ended early.");
        while (!condition(Take(call.ResponseStream.Current)));
    }

    /// <summary>Adds one message.</summary>
    public WatchJobRunResponse Take(WatchJobRunResponse message)
    {
        Messages.Add(message);
        if (message.EventCase == WatchJobRunResponse.EventOneofCase.Heartbeat)
            return message;
        Assert.True(message.Revision > _revisions.GetValueOrDefault(message.RunId, -1), "Revisions must grow.");
        _revisions[message.RunId] = message.Revision;
        if (message.Snapshot is { } snapshot)
            Runs[message.RunId] = snapshot.Clone();
        else if (Runs.TryGetValue(message.RunId, out var run))
            Apply(message.Delta, run);
        return message;
    }

    private static void Apply(JobRunDelta delta, JobRun run)
    {
        if (delta.State != JobRunState.Unspecified)
        {
            run.State = delta.State;
            run.CompletedTime = delta.CompletedTime;
            run.CancelledTime = delta.CancelledTime;
        }

        foreach (var c in delta.Processes)
        {
            var process = c.Process.Clone();
            if (c.ProcessIndex < run.Sequence.Count)
                process.Stages.Add(run.Sequence[c.ProcessIndex].Stages);
            Set(run.Sequence, c.ProcessIndex, process);
        }

        foreach (var c in delta.Stages)
        {
            var stages = run.Sequence[c.ProcessIndex].Stages;
            var stage = c.Stage.Clone();
            if (c.StageIndex < stages.Count)
                stage.Items.Add(stages[c.StageIndex].Items);
            Set(stages, c.StageIndex, stage);
        }

        foreach (var c in delta.Items)
            Set(run.Sequence[c.ProcessIndex].Stages[c.StageIndex].Items, c.ItemIndex, c.Item);
    }

    private static void Set<T>(IList<T> list, int index, T value)
    {
        if (index < list.Count)
            list[index] = value;
        else if (index == list.Count)
            list.Add(value);
        else
            Assert.Fail("A node came before those in front of it.");
    }

    private static CancellationToken Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        return limit.Token;
    }
}
