using Contract.Tests.Grpc;
using Dhis2.Scheduling.V1;

namespace Contract.Tests.Crash;

/// <summary>Data directories that a server cannot have: it says why in words, ends with exit code 1, and touches nothing.</summary>
public sealed class DataDirectoryTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_server_is_refused_and_does_not_disturb_the_first()
    {
        using var directory = new TemporaryDirectory();
        await using var first = await ServerProcess.StartAsync(directory.Path);
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(first.Channel);
        var job = new JobConfiguration { Name = "First", JobType = JobType.Test, CronExpression = "0 0 6 29 2 ?", Test = new() { Stages = 1, Items = 10_000, ItemDuration = 10 } };
        var jobId = (await jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Ct)).JobConfiguration.Id;
        var runId = (await jobs.ExecuteJobConfigurationAsync(new() { Uid = jobId }, cancellationToken: Ct)).RunId;
        var runs = new SchedulingService.SchedulingServiceClient(first.Channel);
        using var watch = runs.WatchJobRun(new() { RunId = runId }, cancellationToken: Ct);
        var watched = new Watched();
        await watched.UntilAsync(watch, _ => true);

        await using (var second = ServerProcess.Launch(directory.Path))
        {
            Assert.Equal(1, await second.EndAsync());
            AssertToldInWords(second, $"The data directory {directory.Path} is in use by another process");
        }

        var seen = watched.Messages.Count;
        await watched.UntilAsync(watch, _ => watched.Messages.Count > seen + 3);
        await Uploads.PostAsync(first, "/api/metadata", SampleDocuments.Metadata());
        await runs.CancelJobRunAsync(new() { RunId = runId }, cancellationToken: Ct);
        await watched.UntilAsync(watch, m => m.Terminal);
        Assert.Equal(JobRunState.Stopped, watched.Runs[runId].State);
        Assert.DoesNotContain("fail:", first.Log, StringComparison.Ordinal);
        first.Terminate();
        Assert.Equal(0, await first.EndAsync());
    }

    [Theory]
    [InlineData("dhis2.litedb", 0.5, "backup")]
    [InlineData("dhis2.litedb", 0, "backup")]
    [InlineData("warehouse.duckdb", 0.5, "backup")]
    [InlineData("warehouse.duckdb", 0, "backup")]
    public async Task A_damaged_file_is_named_with_the_way_back_and_left_as_it_is(string file, double share, string wayBack)
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, file);
        await using (var server = await ServerProcess.StartAsync(directory.Path))
        {
            await Uploads.PostAsync(server, "/api/metadata", SampleDocuments.Metadata());
            server.Terminate();
            Assert.Equal(0, await server.EndAsync());
        }

        // Cut off; or with something else in its place.
        var bytes = await File.ReadAllBytesAsync(path, Ct);
        bytes = share > 0 ? bytes[..(int)(bytes.Length * share)] : [.. bytes.Select((_, i) => (byte)(i * 31 % 251))];
        await File.WriteAllBytesAsync(path, bytes, Ct);

        await using var refused = ServerProcess.Launch(directory.Path);
        Assert.Equal(1, await refused.EndAsync());
        AssertToldInWords(refused, path);
        Assert.Contains(wayBack, refused.Log, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(path, Ct));
    }

    [Fact]
    public async Task A_full_disk_is_told()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "File sizes are limited as Linux does it.");
        using var directory = new TemporaryDirectory();

        // No file may grow, which is what a full disk looks like to a program.
        await using var server = ServerProcess.LaunchThrough(
            directory.Path, "bash", "-c", "trap '' XFSZ; ulimit -f 0; export DOTNET_EnableWriteXorExecute=0; exec \"$@\"", "bash");

        Assert.Equal(1, await server.EndAsync());
        AssertToldInWords(server, directory.Path);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_told()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other permissions.");
            return;
        }

        using var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        try
        {
            // Root may write anywhere; whoever else runs the tests may not.
            Assert.SkipWhen(Environment.IsPrivilegedProcess && !File.Exists("/usr/bin/setpriv"), "Root writes everywhere.");
            await using var server = Environment.IsPrivilegedProcess
                ? ServerProcess.LaunchThrough(directory.Path, "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")
                : ServerProcess.Launch(directory.Path);

            Assert.Equal(1, await server.EndAsync());
            AssertToldInWords(server, $"The data directory {directory.Path} cannot be written");
        }
        finally
        {
            File.SetUnixFileMode(directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void AssertToldInWords(ServerProcess server, string reason)
    {
        Assert.Contains("The server cannot start: ", server.Log, StringComparison.Ordinal);
        Assert.Contains(reason, server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Log, StringComparison.Ordinal);
    }
}
