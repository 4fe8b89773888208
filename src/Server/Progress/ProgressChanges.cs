namespace Dhis2Grpc.Server.Progress;

/// <summary>The nodes that changed between two revisions, each once, as they are now, in tree order.</summary>
/// <param name="Processes">New and changed processes, without their stages.</param>
/// <param name="Stages">New and changed stages, without their items.</param>
/// <param name="Items">New and changed items.</param>
internal sealed record ProgressChanges(
    IReadOnlyList<ProcessChange> Processes,
    IReadOnlyList<StageChange> Stages,
    IReadOnlyList<ItemChange> Items);

/// <summary>A new or changed process.</summary>
/// <param name="Process">Position in the run, from 0.</param>
/// <param name="Value">The process, without its stages.</param>
internal readonly record struct ProcessChange(int Process, ProcessProgress Value);

/// <summary>A new or changed stage.</summary>
/// <param name="Process">Position of the process, from 0.</param>
/// <param name="Stage">Position in the process, from 0.</param>
/// <param name="Value">The stage, without its items.</param>
internal readonly record struct StageChange(int Process, int Stage, StageProgress Value);

/// <summary>A new or changed item.</summary>
/// <param name="Process">Position of the process, from 0.</param>
/// <param name="Stage">Position of the stage, from 0.</param>
/// <param name="Item">Position in the stage, from 0.</param>
/// <param name="Value">The item.</param>
internal readonly record struct ItemChange(int Process, int Stage, int Item, ItemProgress Value);

/// <summary>Position of a node in a run's tree; a part that does not apply is -1.</summary>
internal readonly record struct ProgressPath(int Process, int Stage = -1, int Item = -1) : IComparable<ProgressPath>
{
    /// <summary>The run itself: its state, not a node.</summary>
    public static ProgressPath Run { get; } = new(-1);

    /// <inheritdoc/>
    public int CompareTo(ProgressPath other)
    {
        var order = Process.CompareTo(other.Process);
        if (order == 0)
            order = Stage.CompareTo(other.Stage);
        return order == 0 ? Item.CompareTo(other.Item) : order;
    }

    public static bool operator <(ProgressPath left, ProgressPath right) => left.CompareTo(right) < 0;

    public static bool operator >(ProgressPath left, ProgressPath right) => left.CompareTo(right) > 0;

    public static bool operator <=(ProgressPath left, ProgressPath right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ProgressPath left, ProgressPath right) => left.CompareTo(right) >= 0;
}
