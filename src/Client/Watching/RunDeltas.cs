using Dhis2.Scheduling.V1;
using Google.Protobuf.Collections;

namespace Dhis2Grpc.Client.Watching;

/// <summary>Applies what changed onto a run.</summary>
internal static class RunDeltas
{
    /// <summary>Changes the run in place. Parents come before their children, so new nodes find their place.</summary>
    public static void Apply(JobRun run, JobRunDelta delta)
    {
        if (delta.State != JobRunState.Unspecified)
            run.State = delta.State;
        run.CancelledTime = delta.CancelledTime ?? run.CancelledTime;
        run.CompletedTime = delta.CompletedTime ?? run.CompletedTime;
        if (delta.HasError)
            run.Error = delta.Error;

        foreach (var change in delta.Processes)
        {
            var process = change.Process.Clone();
            if (change.ProcessIndex < run.Sequence.Count)
                process.Stages.Add(run.Sequence[change.ProcessIndex].Stages);
            Put(run.Sequence, change.ProcessIndex, process);
        }

        foreach (var change in delta.Stages)
        {
            var stages = run.Sequence[change.ProcessIndex].Stages;
            var stage = change.Stage.Clone();
            if (change.StageIndex < stages.Count)
                stage.Items.Add(stages[change.StageIndex].Items);
            Put(stages, change.StageIndex, stage);
        }

        foreach (var change in delta.Items)
            Put(run.Sequence[change.ProcessIndex].Stages[change.StageIndex].Items, change.ItemIndex, change.Item);
    }

    private static void Put<T>(RepeatedField<T> nodes, int index, T node)
    {
        if (index < nodes.Count)
            nodes[index] = node;
        else if (index == nodes.Count)
            nodes.Add(node);
        else
            throw new InvalidDataException($"The server changed node {index} of {nodes.Count} known ones.");
    }
}
