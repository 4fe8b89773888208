using System.Diagnostics;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Storage.LiteDb;
using Microsoft.Extensions.Logging.Abstractions;

namespace StoreConformance.LiteDb;

/// <summary>What is on disk when the process, or the machine, ends without notice.</summary>
public sealed class LiteDbCrashTests
{
    private const int Kills = 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_process_is_killed_in_the_middle_of_writes()
    {
        await using var place = new LiteDbPlace();
        var random = new Random(20260301);
        var acknowledged = new List<string[]>();
        for (var round = 0; round < Kills; round++)
        {
            using var process = LiteDbWriterProcess.Start(place.Directory, $"{round}");
            var killAfter = random.Next(1, 250);
            var count = 0;
            while (await process.StandardOutput.ReadLineAsync(Cancel) is { } line)
            {
                acknowledged.Add(line.Split(' '));
                if (++count == killAfter)
                    process.Kill();
            }

            await process.WaitForExitAsync(Cancel);
            Assert.True(count >= killAfter, await process.StandardError.ReadToEndAsync(Cancel));
            await using var session = await place.OpenAsync();
            await VerifyAsync(session.Jobs, acknowledged);
        }
    }

    [Fact]
    public async Task A_copy_of_the_files_in_the_middle_of_writes_opens_with_all_that_was_acknowledged_before()
    {
        await using var place = new LiteDbPlace();
        await using var image = new LiteDbPlace();
        using var store = place.OpenStore();
        var jobs = new LiteDbJobStore(store);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var written = new int[4];
        var writers = Enumerable.Range(0, written.Length).Select(w => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var write = await jobs.CreateAsync(StoreSuite.Job($"w{w}j{i}") with { ExtraJson = new string('e', i * 97 % 20_000) }, CancellationToken.None);
                Assert.Equal(JobWriteResult.Written, write.Result);
                Volatile.Write(ref written[w], i + 1);
            }
        })).ToArray();

        for (var copy = 0; copy < 5; copy++)
        {
            while (written.Sum() < (copy + 1) * 60)
                await Task.Yield();
            var before = written.Select((_, w) => Volatile.Read(ref written[w])).ToArray();
            CopyFile(LiteDbFile.LogPath(place.DataFile), LiteDbFile.LogPath(image.DataFile));
            CopyFile(place.DataFile, image.DataFile);

            await using var session = await image.OpenAsync();
            for (var w = 0; w < before.Length; w++)
            {
                for (var i = 0; i < before[w]; i++)
                    Assert.NotNull(await session.Jobs.FindAsync($"w{w}j{i}", Cancel));
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task A_log_cut_anywhere_opens_with_an_unbroken_beginning_of_what_was_written()
    {
        await using var place = new LiteDbPlace();
        await using var image = new LiteDbPlace();
        using var store = place.OpenStore();
        var jobs = new LiteDbJobStore(store);
        for (var i = 0; i < 40; i++)
            await jobs.CreateAsync(StoreSuite.Job($"j{i:00}") with { ExtraJson = new string('e', i * 611 % 20_000) }, Cancel);
        var length = new FileInfo(LiteDbFile.LogPath(place.DataFile)).Length;
        var random = new Random(5);
        var most = 0;
        for (var cut = 0; cut < 40; cut++)
        {
            CopyFile(LiteDbFile.LogPath(place.DataFile), LiteDbFile.LogPath(image.DataFile));
            CopyFile(place.DataFile, image.DataFile);
            await using (var log = File.OpenWrite(LiteDbFile.LogPath(image.DataFile)))
                log.SetLength(cut == 0 ? length : random.NextInt64(length));

            await using var session = await image.OpenAsync();
            var found = (await session.Jobs.ListAsync(Cancel)).Select(j => j.Uid).Order().ToList();

            Assert.Equal(Enumerable.Range(0, found.Count).Select(i => $"j{i:00}"), found);
            Assert.Equal(JobWriteResult.Written, (await session.Jobs.CreateAsync(StoreSuite.Job("after"), Cancel)).Result);
            most = Math.Max(most, found.Count);
        }

        Assert.Equal(40, most);
    }

    [Fact]
    public async Task The_directory_is_refused_while_another_process_holds_it_and_free_when_that_is_killed()
    {
        await using var place = new LiteDbPlace();
        using var process = LiteDbWriterProcess.Start(place.Directory, "0");
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(Cancel));

        var refusal = Assert.Throws<StorageException>(() => place.OpenStore().Dispose());

        Assert.Contains(Path.Combine(place.Directory, DataDirectoryLock.FileName), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Dhis2__DataDirectory", refusal.Message, StringComparison.Ordinal);
        process.Kill();
        await process.WaitForExitAsync(Cancel);
        place.OpenStore().Dispose();
    }

    private static async Task VerifyAsync(IJobStore jobs, List<string[]> acknowledged)
    {
        var deleting = acknowledged.Where(a => a[0] == "D?").Select(a => a[1]).ToHashSet();
        foreach (var line in acknowledged)
        {
            switch (line)
            {
                case ["C", var uid] when !deleting.Contains(uid):
                    Assert.NotNull(await jobs.FindAsync(uid, Cancel));
                    break;
                case ["U", var uid] when !deleting.Contains(uid):
                    Assert.Equal($"changed {uid}", (await jobs.FindAsync(uid, Cancel))!.Name);
                    break;
                case ["D", var uid]:
                    Assert.Null(await jobs.FindAsync(uid, Cancel));
                    break;
                case ["S", _, var runId]:
                    Assert.NotNull(await jobs.FindRunAsync(runId, Cancel));
                    break;
                case ["F", _, var runId, var revision]:
                    var run = await jobs.FindRunAsync(runId, Cancel);
                    Assert.Equal(JobRunOutcome.Completed, run!.Outcome);
                    Assert.Equal(revision, $"{run.Progress.Revision}");
                    break;
            }
        }
    }

    private static void CopyFile(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var target = new FileStream(to, FileMode.Create);
        source.CopyTo(target);
    }
}
