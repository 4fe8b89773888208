using System.Diagnostics;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Storage.LiteDb;

namespace StoreConformance.LiteDb;

/// <summary>The rules of the one file: the guard, group commit, failures, size of the log, damage.</summary>
public sealed class LiteDbFileTests : IAsyncLifetime
{
    private readonly LiteDbPlace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public void A_second_store_on_the_directory_is_refused_until_the_first_closes()
    {
        var first = _place.OpenStore();

        var refusal = Assert.Throws<StorageException>(() => _place.OpenStore().Dispose());

        Assert.Contains("in use by another process", refusal.Message, StringComparison.Ordinal);
        first.Dispose();
        _place.OpenStore().Dispose();
    }

    [Fact]
    public void Documents_that_were_on_their_way_in_when_the_process_was_killed_are_cleared()
    {
        var incoming = new StorageOptions { DataDirectory = _place.Directory }.IncomingDirectory;
        Directory.CreateDirectory(incoming);
        File.WriteAllText(Path.Combine(incoming, "half"), "x");

        _place.OpenStore().Dispose();

        Assert.False(Directory.Exists(incoming));
    }

    [Fact]
    public async Task A_request_that_fails_does_not_undo_the_others_of_its_transaction()
    {
        using var store = _place.OpenStore();
        var jobs = new LiteDbJobStore(store);
        // Holds the writer back until all wait together.
        using var ready = new ManualResetEventSlim();
        var hold = store.WorkAsync(
            _ =>
            {
                ready.Wait(Cancel);
                return true;
            },
            Cancel);
        var writes = Enumerable.Range(0, 20).Select(i => jobs.CreateAsync(
            StoreSuite.Job($"aaaaaaaaa{i:00}") with { ExtraJson = i == 7 ? new string('x', 16 << 20) : null }, Cancel).AsTask()).ToArray();
        var throws = store.WriteAsync<bool>(
            draft =>
            {
                draft.Add(new SettingPut("half", "done"));
                throw new InvalidOperationException("decided to fail");
            },
            Cancel).AsTask();
        ready.Set();
        await hold;

        await Assert.ThrowsAsync<StorageException>(() => writes[7]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => throws);
        foreach (var write in writes.Where((_, i) => i != 7))
            Assert.Equal(JobWriteResult.Written, (await write).Result);
        store.Dispose();

        await using var session = await _place.OpenAsync();
        Assert.Equal(19, (await session.Jobs.ListAsync(Cancel)).Count);
        Assert.Null(await session.Settings.GetAsync("half", Cancel));
    }

    [Fact]
    public async Task Requests_that_wait_together_share_a_transaction()
    {
        using var store = _place.OpenStore();
        var jobs = new LiteDbJobStore(store);
        await jobs.CreateAsync(StoreSuite.Job("aaaaaaaaaa1"), Cancel);

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => jobs.RecordSkippedAsync(Skipped(i), Cancel).AsTask()));

        var transactions = await store.WorkAsync(file => file.File.ReadAll("runLog").Count(), Cancel);
        Assert.InRange(transactions, 1, 500);
        Assert.Equal(1_000, (await jobs.ListRunsAsync(new() { Limit = 5_000 }, Cancel)).Count);
    }

    [Fact]
    public async Task After_a_failed_write_the_file_is_opened_again_and_the_caller_can_retry()
    {
        using var store = _place.OpenStore();
        var jobs = new LiteDbJobStore(store);
        await jobs.CreateAsync(StoreSuite.Job("aaaaaaaaaa1"), Cancel);
        await store.WorkAsync(
            file =>
            {
                file.File.Dispose();
                return true;
            },
            Cancel);

        var failure = await Assert.ThrowsAsync<Dhis2Exception>(
            () => jobs.CreateAsync(StoreSuite.Job("aaaaaaaaaa2"), Cancel).AsTask());

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
        Assert.Null(await jobs.FindAsync("aaaaaaaaaa2", Cancel));
        Assert.NotNull(await jobs.FindAsync("aaaaaaaaaa1", Cancel));
        Assert.Equal(JobWriteResult.Written, (await jobs.CreateAsync(StoreSuite.Job("aaaaaaaaaa2"), Cancel)).Result);
        store.Dispose();
        await using var session = await _place.OpenAsync();
        Assert.Equal(2, (await session.Jobs.ListAsync(Cancel)).Count);
    }

    [Fact]
    public async Task The_log_stays_bounded_while_readers_read()
    {
        using var store = _place.OpenStore();
        var jobs = new LiteDbJobStore(store);
        await jobs.CreateAsync(StoreSuite.Job("aaaaaaaaaa1"), Cancel);
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => jobs.RecordSkippedAsync(Skipped(i), Cancel).AsTask()));
        await jobs.PruneRunsAsync(DateTimeOffset.MinValue, Cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                Assert.Equal(2_000, (await jobs.ListRunsAsync(new() { Limit = 2_000 }, CancellationToken.None)).Count);
        })).ToArray();
        var job = await jobs.FindAsync("aaaaaaaaaa1", Cancel);
        long most = 0;
        for (var i = 0; i < 150; i++)
        {
            var write = await jobs.UpdateAsync(job! with { ExtraJson = new string((char)('a' + (i % 26)), 300_000) }, Cancel);
            job = write.Configuration;
            most = Math.Max(most, new FileInfo(LiteDbFile.LogPath(_place.DataFile)).Length);
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
        // 45 MB went through it.
        Assert.InRange(most, 1, LiteDbStore.CheckpointAt + (4 << 20));
    }

    [Fact]
    public async Task Runs_are_found_before_and_after_the_run_log_is_folded()
    {
        using var store = _place.OpenStore();
        var jobs = new LiteDbJobStore(store);
        await jobs.CreateAsync(StoreSuite.Job("aaaaaaaaaa1"), Cancel);
        // More than one fold, in one go.
        var count = RunFiles.FoldAt + 5_000;
        foreach (var chunk in Enumerable.Range(0, count).Chunk(4_000))
            await Task.WhenAll(chunk.Select(i => jobs.RecordSkippedAsync(Skipped(i), Cancel).AsTask()));

        Assert.NotEqual(0, store.Read(0, static (m, _) => m.Packs.Count));
        Assert.InRange(store.Read(0, static (m, _) => m.Recent.Count), 1, 10_000);
        foreach (var i in new[] { 0, 1, 255, 256, 20_000, RunFiles.FoldAt, count - 1 })
            Assert.NotNull(await jobs.FindRunAsync(Skipped(i).RunId, Cancel));
        store.Dispose();

        await using var session = await _place.OpenAsync();
        Assert.Equal(
            Enumerable.Range(0, count).Reverse().Skip(100).Take(300).Select(i => Skipped(i).RunId),
            (await session.Jobs.ListRunsAsync(new() { Limit = 300, BeforeRunId = Skipped(count - 100).RunId }, Cancel)).Select(r => r.RunId));
        Assert.Equal(Skipped(count - 1).Scheduled, (await session.Jobs.GetStateAsync("aaaaaaaaaa1", Cancel)).LastOccurrence);
    }

    [Theory]
    [InlineData(0.999)]
    [InlineData(0.5)]
    [InlineData(0.01)]
    public async Task A_truncated_file_is_refused_with_its_name_and_the_way_back(double share)
    {
        await FillAsync();
        await using (var file = File.OpenWrite(_place.DataFile))
            file.SetLength((long)(file.Length * share));

        AssertDamaged();
    }

    [Fact]
    public async Task A_file_of_something_else_is_refused_and_left_as_it_is()
    {
        var bytes = new byte[50_000];
        new Random(1).NextBytes(bytes);
        await File.WriteAllBytesAsync(_place.DataFile, bytes, Cancel);

        AssertDamaged();

        Assert.Equal(bytes, await File.ReadAllBytesAsync(_place.DataFile, Cancel));
    }

    [Fact]
    public async Task A_file_with_an_overwritten_middle_is_refused()
    {
        await FillAsync();
        await using (var file = File.OpenWrite(_place.DataFile))
        {
            file.Position = 8_192 * 3;
            file.Write(new byte[(int)file.Length - (8_192 * 6)]);
        }

        AssertDamaged();
    }

    [Fact]
    public async Task A_file_of_a_newer_server_is_refused()
    {
        using (var store = _place.OpenStore())
        {
            await store.WorkAsync(
                file =>
                {
                    file.File.Version++;
                    return true;
                },
                Cancel);
        }

        var refusal = Assert.Throws<StorageException>(() => _place.OpenStore().Dispose());

        Assert.Contains("newer server", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_an_older_server_is_backed_up_before_it_is_upgraded()
    {
        await FillAsync();

        LiteDbLoader.Load(_place.DataFile, [file => file.Commit(db => db.GetCollection("settings").Insert(Documents.Setting("new", "layout")))])
            .File.Dispose();

        Assert.Throws<StorageException>(() => _place.OpenStore().Dispose());
        var backup = Path.Combine(_place.Directory, LiteDbBackups.DirectoryName, "before-layout-2.litedb");
        File.Move(backup, Path.Combine(_place.Directory, LiteDbRestore.DatabaseName));
        await using var session = await _place.OpenAsync();
        Assert.Equal(2_000, (await session.Jobs.ListAsync(Cancel)).Count);
        Assert.Null(await session.Settings.GetAsync("new", Cancel));
    }

    [Fact]
    public void A_log_without_its_database_is_refused()
    {
        File.WriteAllBytes(LiteDbFile.LogPath(_place.DataFile), new byte[8_192]);

        var refusal = Assert.Throws<StorageException>(() => _place.OpenStore().Dispose());

        Assert.Contains("missing", refusal.Message, StringComparison.Ordinal);
    }

    private static Dhis2Grpc.Server.Scheduling.JobRun Skipped(int i) => new()
    {
        RunId = $"{i:d12}",
        JobUid = "aaaaaaaaaa1",
        JobName = "job",
        Type = JobType.Test,
        Trigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger.Schedule,
        Scheduled = StoreSuite.T0.AddSeconds(i),
        Started = StoreSuite.T0.AddSeconds(i),
        Owner = "node-1",
    };

    private async Task FillAsync()
    {
        using var store = _place.OpenStore();
        var jobs = new LiteDbJobStore(store);
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => jobs.CreateAsync(StoreSuite.Job($"aaaaaa{i:00000}"), Cancel).AsTask()));
    }

    private void AssertDamaged()
    {
        var refusal = Assert.Throws<StorageException>(() => _place.OpenStore().Dispose());
        Assert.Contains(_place.DataFile, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(LiteDbRestore.DatabaseName, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(LiteDbRestore.ExportName, refusal.Message, StringComparison.Ordinal);
        // The refusal frees the directory.
        DataDirectoryLock.Take(_place.Directory).Dispose();
    }
}
