using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Reads and prunes runs: those in memory, and those in packs, of which only the needed ones are read.</summary>
internal sealed class RunHistory(LiteDbStore store)
{
    // Packs rewritten at a time, so that other writes get their turn in between.
    private const int PruneAtOnce = 32;

    /// <summary>A run with its progress; null when there is none.</summary>
    public async ValueTask<JobRun?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        var (live, recent, packs) = store.Read(runId, static (m, id) => (
            m.Running.GetValueOrDefault(id),
            m.Recent.Blocks(p => p.MayHold(id)).ToArray(),
            m.Packs.Where(p => p.MayHold(id)).ToArray()));
        live ??= recent.SelectMany(b => RunCodec.Unpack(b.Span)).FirstOrDefault(r => r.Run.RunId == runId);
        if (live is not null)
            return await WithProgressAsync(live, cancellationToken).ConfigureAwait(false);
        foreach (var pack in packs)
        {
            var runs = await ReadAsync(pack, cancellationToken).ConfigureAwait(false);
            if (runs.Find(r => r.Run.RunId == runId) is { } found)
                return await WithProgressAsync(found, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Runs with their progress.</summary>
    public async ValueTask<IReadOnlyList<JobRun>> WithProgressAsync(StoredRun[] runs, CancellationToken cancellationToken)
    {
        var read = new JobRun[runs.Length];
        for (var i = 0; i < runs.Length; i++)
            read[i] = await WithProgressAsync(runs[i], cancellationToken).ConfigureAwait(false);
        return read;
    }

    /// <summary>A run with its progress.</summary>
    public async ValueTask<JobRun> WithProgressAsync(StoredRun stored, CancellationToken cancellationToken)
    {
        if (!ReferenceEquals(stored.Run.Progress, RunProgress.Empty))
            return stored.Run;
        if (!stored.Progress.IsDocument)
            return stored.Run with { Progress = StoredProgress.Decode(stored.Progress.Bytes) };
        var document = await store.FindAsync(RunFiles.ProgressCollection, stored.Run.RunId, cancellationToken).ConfigureAwait(false);
        return document is null
            ? stored.Run
            : stored.Run with { Progress = StoredProgress.DecodeDocument(document["progress"].AsBinary) };
    }

    /// <summary>Runs, latest first, without progress.</summary>
    public async ValueTask<IReadOnlyList<JobRun>> ListAsync(JobRunQuery query, CancellationToken cancellationToken)
    {
        if (query.Limit <= 0)
            return [];
        var (found, recent, stored) = store.Read(query, static (m, q) => (
            m.Running.Values.Where(r => Matches(q, r.Run)).Select(r => r.Run).ToList(),
            q.Running ? [] : m.Recent.Packs.Where(p => MayHold(p.Pack, q)).Select(p => (p.Pack, Bytes: (ReadOnlyMemory<byte>?)p.Bytes)).ToArray(),
            q.Running ? [] : m.Packs.Where(p => MayHold(p, q)).ToArray()));
        var packs = recent.Concat(stored.Select(p => (Pack: p, Bytes: (ReadOnlyMemory<byte>?)null)))
            .OrderByDescending(p => p.Pack.LastRunId, StringComparer.Ordinal);
        foreach (var (pack, bytes) in packs)
        {
            Trim(found, query.Limit);
            // Nothing in this pack, nor in those after it, comes before what is found.
            if (found.Count == query.Limit && string.CompareOrdinal(found[^1].RunId, pack.LastRunId) > 0)
                break;
            var runs = bytes is { } block
                ? RunCodec.Unpack(block.Span)
                : await ReadAsync(pack, cancellationToken).ConfigureAwait(false);
            found.AddRange(runs.Select(r => r.Run).Where(r => Matches(query, r)));
        }

        Trim(found, query.Limit);
        return found.ConvertAll(r => ReferenceEquals(r.Progress, RunProgress.Empty) ? r : r with { Progress = RunProgress.Empty });
    }

    /// <summary>Deletes runs that ended before the time, but the latest completed of each type.</summary>
    public async ValueTask<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var old = await store.WorkAsync(
            file =>
            {
                file.Fold();
                return file.Model.Packs.Where(p => p.OldestEnd < before.UtcTicks).ToArray();
            },
            cancellationToken).ConfigureAwait(false);
        var pruned = 0;
        foreach (var packs in old.Chunk(PruneAtOnce))
            pruned += await store.WorkAsync(file => Prune(file, packs, before.UtcTicks), cancellationToken).ConfigureAwait(false);
        return pruned;
    }

    private static int Prune(LiteDbStore.Exclusive store, RunPack[] packs, long before)
    {
        var latest = store.Model.Latest.Values.Select(r => r.Run.RunId).ToHashSet();
        var gone = new HashSet<RunPack>();
        var kept = new List<RunPack>();
        var pruned = 0;
        var rewrites = new List<(RunPack Pack, List<StoredRun> Outdated, List<StoredRun> Remaining)>();
        foreach (var pack in packs)
        {
            if (store.File.Find(RunPack.Collection, pack.Id) is not { } document)
                continue;
            var byAge = RunCodec.Unpack(document["runs"].AsBinary)
                .ToLookup(r => RunPack.EndOf(r) < before && !latest.Contains(r.Run.RunId));
            if (byAge[true].Any())
                rewrites.Add((pack, byAge[true].ToList(), byAge[false].ToList()));
        }

        if (rewrites.Count == 0)
            return 0;
        store.File.Commit(database =>
        {
            var history = database.GetCollection(RunPack.Collection);
            var progress = database.GetCollection(RunFiles.ProgressCollection);
            foreach (var (pack, outdated, remaining) in rewrites)
            {
                pruned += outdated.Count;
                foreach (var run in outdated.Where(r => r.Progress.IsDocument))
                    progress.Delete(run.Run.RunId);
                history.Delete(pack.Id);
                gone.Add(pack);
                if (remaining.Count == 0)
                    continue;
                var rest = new OpenPack();
                remaining.ForEach(rest.Add);
                history.Upsert(RunFiles.PackDocument(rest));
                kept.Add(rest.Pack);
            }
        });
        store.ReplacePacks(gone, kept);
        return pruned;
    }

    private static bool MayHold(RunPack pack, JobRunQuery query) =>
        query.BeforeRunId is not { } id || string.CompareOrdinal(pack.FirstRunId, id) < 0;

    private static bool Matches(JobRunQuery query, JobRun run) =>
        (query.JobUid is null || query.JobUid == run.JobUid)
        && (query.Type is null || query.Type == run.Type)
        && (query.Outcome is null || query.Outcome == run.Outcome)
        && (!query.Running || run.Outcome is null)
        && (query.BeforeRunId is null || string.CompareOrdinal(run.RunId, query.BeforeRunId) < 0);

    private static void Trim(List<JobRun> runs, int limit)
    {
        runs.Sort(static (a, b) => string.CompareOrdinal(b.RunId, a.RunId));
        if (runs.Count > limit)
            runs.RemoveRange(limit, runs.Count - limit);
    }

    private async ValueTask<List<StoredRun>> ReadAsync(RunPack pack, CancellationToken cancellationToken)
    {
        // Pruned since it was listed: then its runs are gone as asked.
        var document = await store.FindAsync(RunPack.Collection, pack.Id, cancellationToken).ConfigureAwait(false);
        return document is null ? [] : RunCodec.Unpack(document["runs"].AsBinary);
    }
}
