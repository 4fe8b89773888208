using CsCheck;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Tests.Progress;

public sealed class ProgressTreeTests
{
    [Fact]
    public void Any_snapshot_with_the_changes_since_is_the_present()
    {
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 1_000_000]).List[1, 300]
            .Select(Gen.Double[0, 1], (ops, at) => (ops, at))
            .Sample(
                c =>
                {
                    var tree = new ProgressTree();
                    var seen = RunProgress.Empty;
                    var cut = (int)(c.at * c.ops.Count);
                    for (var i = 0; i < c.ops.Count; i++)
                    {
                        if (i == cut)
                            seen = tree.Snapshot();
                        Apply(tree, c.ops[i].Item1, c.ops[i].Item2);
                    }

                    var changes = tree.ChangesSince(seen.Revision);
                    Assert.NotNull(changes);
                    Assert.Equal(Text(tree.Snapshot()), Text(Merge(seen, changes, tree.Revision)));
                },
                iter: 2_000);
    }

    [Fact]
    public void Changes_older_than_the_journal_are_unknown()
    {
        var tree = new ProgressTree();
        for (var i = 0; i < ProgressTree.JournalCapacity + 10; i++)
            Apply(tree, 0, i);

        Assert.Null(tree.ChangesSince(9));
        Assert.Equal(ProgressTree.JournalCapacity, tree.ChangesSince(10)!.Processes.Count);
        Assert.Null(tree.ChangesSince(tree.Revision + 1));
    }

    [Fact]
    public void A_node_that_changed_often_is_in_the_changes_once()
    {
        var tree = new ProgressTree();
        var stage = tree.Add(tree.Add(Process("P")), Stage("S", 0));
        var before = tree.Revision;
        for (var i = 0; i < 100; i++)
            tree.Set(stage, Stage("S", i));

        var changes = tree.ChangesSince(before)!;

        Assert.Empty(changes.Processes);
        Assert.Equal(99, Assert.Single(changes.Stages).Value.TotalItems);
    }

    [Fact]
    public void Unchanged_stages_are_shared_between_snapshots()
    {
        var tree = new ProgressTree();
        var process = tree.Add(Process("P"));
        tree.Add(tree.Add(process, Stage("A", 1)), Item("a"));
        var first = tree.Snapshot();
        tree.Add(process, Stage("B", 0));

        Assert.Same(first.Processes[0].Stages[0], tree.Snapshot().Processes[0].Stages[0]);
        Assert.Single(first.Processes[0].Stages);
    }

    private static void Apply(ProgressTree tree, int op, int number)
    {
        if (tree.ProcessCount == 0 || op == 0)
        {
            tree.Add(Process($"p{number}"));
            return;
        }

        var process = number % tree.ProcessCount;
        var stages = tree.Snapshot().Processes[process].Stages;
        if (op == 1 || stages.Count == 0)
        {
            tree.Add(process, Stage($"s{number}", 0));
            return;
        }

        var stage = new ProgressPath(process, number / 7 % stages.Count);
        var items = stages[stage.Stage].Items;
        switch (op)
        {
            case 2:
                tree.Add(stage, Item($"i{number}"));
                break;
            case 3:
                tree.Set(process, Process($"p{number}"));
                break;
            case 4 when items.Count > 0:
                tree.Set(stage with { Item = number / 11 % items.Count }, Item($"i{number}"));
                break;
            default:
                tree.Set(stage, Stage($"s{number}", number));
                break;
        }
    }

    private static RunProgress Merge(RunProgress old, ProgressChanges changes, long revision)
    {
        var processes = old.Processes.ToList();
        foreach (var (at, value) in changes.Processes)
            Put(processes, at, value with { Stages = at < processes.Count ? processes[at].Stages : [] });
        foreach (var (p, at, value) in changes.Stages)
        {
            var stages = processes[p].Stages.ToList();
            Put(stages, at, value with { Items = at < stages.Count ? stages[at].Items : [] });
            processes[p] = processes[p] with { Stages = stages };
        }

        foreach (var (p, s, at, value) in changes.Items)
        {
            var stages = processes[p].Stages.ToList();
            var items = stages[s].Items.ToList();
            Put(items, at, value);
            stages[s] = stages[s] with { Items = items };
            processes[p] = processes[p] with { Stages = stages };
        }

        return new RunProgress(revision, processes);
    }

    // Fails when a change would leave a hole.
    private static void Put<T>(List<T> list, int at, T value)
    {
        if (at == list.Count)
            list.Add(value);
        else
            list[at] = value;
    }

    private static string Text(RunProgress progress) => progress.Revision + ": " + string.Join(" | ", progress.Processes.Select(
        p => p.Description + "(" + string.Join(" / ", p.Stages.Select(
            s => s.Description + s.TotalItems + "[" + string.Join(", ", s.Items.Select(i => i.Description)) + "]")) + ")"));

    private static ProcessProgress Process(string text) =>
        new() { Description = text, Status = ProgressStatus.Running, Started = Runs.Start, JobUid = "j" };

    private static StageProgress Stage(string text, int total) =>
        new() { Description = text, Status = ProgressStatus.Running, Started = Runs.Start, TotalItems = total };

    private static ItemProgress Item(string text) =>
        new() { Description = text, Status = ProgressStatus.Running, Started = Runs.Start };
}
