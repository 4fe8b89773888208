using System.IO.Compression;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Storage.LiteDb;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;
using JobRunTrigger = Dhis2Grpc.Server.Scheduling.JobRunTrigger;

namespace StoreConformance.LiteDb;

/// <summary>Backups, and the ways back.</summary>
public sealed class LiteDbBackupTests : IAsyncLifetime
{
    private readonly LiteDbPlace _place = new();
    private readonly FakeTimeProvider _time = new(StoreSuite.T0);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Backups => Path.Combine(_place.Directory, LiteDbBackups.DirectoryName);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_backup_put_under_the_restore_name_brings_everything_back_and_keeps_what_was_there(bool asText)
    {
        Dictionary<string, object?> expected;
        string restore;
        await using (var session = await _place.OpenAsync())
            await FillAsync(session);
        using (var store = _place.OpenStore())
        {
            using var backups = Service(store);
            var (database, export) = await backups.BackUpAsync(Cancel);
            expected = await ContentsAsync(store);
            await new LiteDbJobStore(store).DeleteAsync("aaaaaaaaaa1", null, Cancel);
            await new LiteDbSettingStore(store).SetAsync("after", "the backup", Cancel);
            restore = Path.Combine(_place.Directory, asText ? LiteDbRestore.ExportName : LiteDbRestore.DatabaseName);
            File.Move(asText ? export : database, restore);
        }

        var log = new LogLines();
        using (var store = LiteDbStore.Open(_place.Directory, _time, log))
            Assert.Equivalent(expected, await ContentsAsync(store), strict: true);

        Assert.False(File.Exists(restore));
        Assert.Contains(log.Lines, l => l.Contains($"from {restore}", StringComparison.Ordinal));
        var replaced = Assert.Single(Directory.GetFiles(Backups, "replaced-*.litedb"), f => !f.EndsWith("-log.litedb", StringComparison.Ordinal));
        File.Copy(replaced, Path.Combine(_place.Directory, LiteDbRestore.DatabaseName));
        await using (var session = await _place.OpenAsync())
            Assert.Equal("the backup", await session.Settings.GetAsync("after", Cancel));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_place.DataFile));
    }

    [Fact]
    public async Task A_damaged_export_is_refused_and_the_database_stays()
    {
        string export;
        using (var store = _place.OpenStore())
        {
            await new LiteDbSettingStore(store).SetAsync("key", "value", Cancel);
            using var backups = Service(store);
            export = (await backups.BackUpAsync(Cancel)).Export;
        }

        var restore = Path.Combine(_place.Directory, LiteDbRestore.ExportName);
        foreach (var damage in new[] { "cut", "lines", "text" })
        {
            var bytes = await File.ReadAllBytesAsync(export, Cancel);
            if (damage == "cut")
                await File.WriteAllBytesAsync(restore, bytes[..(bytes.Length / 2)], Cancel);
            else
                await WriteGzipAsync(restore, damage == "lines" ? """{"setting":{"key":"a","value":"b"}}""" : "not JSON");

            var refusal = Assert.Throws<StorageException>(() => _place.OpenStore().Dispose());

            Assert.Contains(restore, refusal.Message, StringComparison.Ordinal);
        }

        File.Delete(restore);
        await using var session = await _place.OpenAsync();
        Assert.Equal("value", await session.Settings.GetAsync("key", Cancel));
    }

    [Fact]
    public async Task A_backup_is_made_every_day_and_the_latest_few_are_kept()
    {
        using var store = _place.OpenStore();
        var log = new LogLines();
        using var backups = Service(store, log);
        await backups.StartAsync(Cancel);
        for (var day = 1; day <= LiteDbBackups.Kept + 2; day++)
        {
            Assert.Equal(day - 1, log.Lines.Count);
            var next = log.NextAsync();
            _time.Advance(TimeSpan.FromDays(1));
            await next.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        }

        await backups.StopAsync(Cancel);

        string[] expected = [.. Enumerable.Range(3, LiteDbBackups.Kept).Select(d => $"dhis2-{StoreSuite.T0.AddDays(d):yyyyMMdd}T060000Z")];
        Assert.Equal(expected, Directory.GetFiles(Backups, "*.litedb").Select(Path.GetFileNameWithoutExtension).Order());
        Assert.Equal(expected.Select(n => n + ".jsonl.gz"), Directory.GetFiles(Backups, "*.gz").Select(Path.GetFileName).Order());
    }

    private LiteDbBackups Service(LiteDbStore store, ILogger<LiteDbBackups>? log = null) => new(
        store,
        Options.Create(new StorageOptions { DataDirectory = _place.Directory }),
        _time,
        log ?? NullLogger<LiteDbBackups>.Instance);

    private static async Task FillAsync(StoreSession session)
    {
        var jobs = session.Jobs;
        await session.Settings.SetAsync("key", "värde", Cancel);
        await session.Users.SaveAsync(
            new()
            {
                Uid = "userAAAAAA1",
                Username = "alice",
                FirstName = "Alice",
                Surname = "A",
                PasswordHash = "hash",
                Authorities = new HashSet<string> { "ALL" },
                Created = StoreSuite.T0,
                LastUpdated = StoreSuite.T0,
            },
            Cancel);
        await jobs.CreateAsync(StoreSuite.Job("aaaaaaaaaa1") with { Parameters = new TestParameters { Items = 3 }, Code = "ü" }, Cancel);
        await jobs.CreateAsync(
            StoreSuite.Job("aaaaaaaaaa2", JobType.Predictor) with { Delay = TimeSpan.FromTicks(77), Enabled = true, ExtraJson = "{}" }, Cancel);
        for (var i = 0; i < 3; i++)
        {
            var run = Run($"run{i}", "aaaaaaaaaa1", JobType.Test);
            await jobs.TryStartAsync(run, null, Cancel);
            await jobs.TryFinishAsync(
                run.RunId, "node-1", JobRunOutcome.Failed, "échec", StoreSuite.Progress(i * 1_000) with { Errors = [new("E7605", "fbfJHSPpUQD", "DataElement", ["é"], "x")] }, StoreSuite.T0.AddTicks(i), Cancel);
        }

        var running = Run("run9", "aaaaaaaaaa2", JobType.Predictor);
        await jobs.TryStartAsync(running, null, Cancel);
        await jobs.RenewLeaseAsync("run9", "node-1", StoreSuite.T0.AddSeconds(5), StoreSuite.T0.AddSeconds(35), StoreSuite.Progress(700), Cancel);
    }

    private static JobRun Run(string id, string job, JobType type) => new()
    {
        RunId = id,
        JobUid = job,
        JobName = "ночь",
        Type = type,
        Trigger = JobRunTrigger.Queue,
        Started = StoreSuite.T0,
        Scheduled = StoreSuite.T0.AddTicks(-1),
        Owner = "node-1",
    };

    private static async Task<Dictionary<string, object?>> ContentsAsync(LiteDbStore store)
    {
        var jobs = new LiteDbJobStore(store);
        var contents = new Dictionary<string, object?>
        {
            ["jobs"] = (await jobs.ListAsync(Cancel)).OrderBy(j => j.Uid).ToList(),
            ["states"] = (await jobs.ListStatesAsync(Cancel)).Values.OrderBy(s => s.JobUid).ToList(),
            ["running"] = await jobs.ListRunningAsync(Cancel),
            ["latest"] = await jobs.ListLatestCompletedAsync(Cancel),
            ["users"] = (await new LiteDbUserStore(store).ListAsync(Cancel)).ToList(),
            ["setting"] = await new LiteDbSettingStore(store).GetAsync("key", Cancel),
            ["after"] = await new LiteDbSettingStore(store).GetAsync("after", Cancel),
        };
        foreach (var run in await jobs.ListRunsAsync(new(), Cancel))
            contents[run.RunId] = await jobs.FindRunAsync(run.RunId, Cancel);
        Assert.Equal(11, contents.Count);
        return contents;
    }

    private static async Task WriteGzipAsync(string path, string text)
    {
        await using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        await using var writer = new StreamWriter(gzip);
        await writer.WriteLineAsync(text);
    }

    private sealed class LogLines : ILogger<LiteDbBackups>
    {
        private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Lines { get; } = [];

        public Task NextAsync()
        {
            _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Lines.Add(formatter(state, exception));
            _next.TrySetResult();
        }
    }
}
