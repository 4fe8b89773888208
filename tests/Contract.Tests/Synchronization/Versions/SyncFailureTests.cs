using System.Text;
using Contract.Tests.Data;
using Contract.Tests.Messages;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Settings;

namespace Contract.Tests.Synchronization.Versions;

/// <summary>META_DATA_SYNC against a central server that does not do what it should: attempts, and what is left of them.</summary>
public sealed class SyncFailureTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("hash", "does not have the hash code that it should have")]
    [InlineData("empty", "is empty")]
    [InlineData("array", "is no JSON object")]
    [InlineData("cut", "not valid gzip, or is cut off")]
    [InlineData("500", "The remote server answered 500 Internal Server Error: out of order *** ***")]
    [InlineData("redirect", "The remote server answered 302 Found")]
    [InlineData("abort", "The connection to the remote server broke")]
    [InlineData("hang", "The document did not arrive within 0.3 s")]
    [InlineData("large", "larger than 1000000 bytes")]
    [InlineData("bomb", "more than 100 times as large as it was sent")]
    public async Task A_version_that_does_not_arrive_fails_every_attempt_and_leaves_nothing(string how, string words)
    {
        await using var central = await Central.StartAsync();
        var version = central.Publish(Central.Elements("deFirstVrs1"));
        var answer = how switch
        {
            "hash" => Gzip(version.Text + " "),
            "empty" => Gzip(""),
            "array" => Gzip("[]"),
            "cut" => new PeerAnswer(200, "", "application/gzip") { Bytes = Central.Zip(version.Text)[..^12] },
            "500" => new PeerAnswer(500, $"out of order {SyncNode.Password} {SyncNode.Basic["Basic ".Length..]}"),
            "redirect" => new PeerAnswer(302) { Headers = { ["Location"] = central.Peer.Url + "api/metadata/elsewhere" } },
            "abort" => new PeerAnswer(200) { Abort = true },
            "hang" => new PeerAnswer(200) { Hang = true },
            "large" => new PeerAnswer(200, "{\"a\":\"" + new string('x', 1_000_000) + "\"}"),
            _ => Gzip("{\"a\":\"" + new string('x', 3_000_000) + "\"}"),
        };
        central.Script = r => r.Path.EndsWith("/data.gz", StringComparison.Ordinal) ? answer : null;
        await using var mail = MailServer.Start();
        await using var node = await SyncJob.StartAsync(central, [
            .. how == "hang" ? ["Dhis2:Synchronization:SnapshotTimeout=00:00:00.300"] : Array.Empty<string>(),
            .. how == "large" ? ["Dhis2:Synchronization:MaxPulledExpanded=1000000"] : Array.Empty<string>(),
        ]);
        await mail.ConnectAsync(node);
        var job = await SyncJob.CreateAsync(node.Channel);

        var run = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal(JobRunState.Failed, run.State);
        Assert.Equal([ProgressStatus.Error, ProgressStatus.Error, ProgressStatus.Error], run.Sequence.Select(p => p.Status));
        Assert.Equal(["Metadata synchronization", "Metadata synchronization, attempt 2 of 3", "Metadata synchronization, attempt 3 of 3"], run.Sequence.Select(p => p.Description));
        Assert.All(run.Sequence, p => Assert.Contains(words, p.Error, StringComparison.Ordinal));
        Assert.EndsWith("; tries again in 0.001 s", run.Sequence[0].Error, StringComparison.Ordinal);
        Assert.EndsWith("; this was attempt 3 of 3", run.Error, StringComparison.Ordinal);
        Assert.Equal(3, central.Count("/data.gz"));
        Assert.Equal("", await SyncJob.NamesAsync(node));
        Assert.Equal("Version_1", await SyncJob.SettingAsync(node, SettingKeys.FailedMetadataVersion));
        var sent = Assert.Single(mail.Mails).Message;
        Assert.Equal("[DHIS 2] Action Required: MetadataSync Failed Notification", sent.Subject);
        Assert.Contains("Import metadata version Version_1 (BEST_EFFORT)", sent.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain(SyncNode.Password, run.ToString() + sent, StringComparison.Ordinal);

        central.Script = _ => null;
        Assert.Equal(JobRunState.Completed, (await SyncNode.RunAsync(node.Channel, job)).State);
        Assert.Equal(("Version_1", ""), (await SyncJob.NamesAsync(node), await SyncJob.SettingAsync(node, SettingKeys.FailedMetadataVersion)));

        static PeerAnswer Gzip(string text) => new(200, "", "application/gzip") { Bytes = Central.Zip(text) };
    }

    [Theory]
    [InlineData("application/gzip", 1, false)]
    [InlineData("application/gzip", 2, true)]
    [InlineData("application/gzip", 1, true)]
    [InlineData("application/octet-stream", 1, false)]
    [InlineData("application/json", 0, false)]
    public async Task Gzip_is_unpacked_however_it_is_announced(string type, int layers, bool encoded)
    {
        await using var central = await Central.StartAsync();
        var version = central.Publish(Central.Elements("deFirstVrs1"));
        var bytes = Enumerable.Range(0, layers).Aggregate(Encoding.UTF8.GetBytes(version.Text), (b, _) => Central.Zip(b));
        central.Script = r => !r.Path.EndsWith("/data.gz", StringComparison.Ordinal) ? null : new(200, "", type)
        {
            Bytes = bytes,
            Headers = encoded ? new() { ["Content-Encoding"] = "gzip" } : [],
        };
        await using var node = await SyncJob.StartAsync(central);

        Assert.Equal(JobRunState.Completed, (await SyncJob.RunAsync(node)).State);
        Assert.Equal("Version_1", await SyncJob.NamesAsync(node));
    }

    [Theory]
    [InlineData("not json", "does not answer as one that has metadata versions")]
    [InlineData("<html>login</html>", "does not answer as one that has metadata versions")]
    [InlineData("[]", "its answer is no object")]
    [InlineData("{}", "its history has no metadataversions")]
    [InlineData("""{"metadataversions":[1]}""", "a version is no object")]
    [InlineData("""{"metadataversions":[{"name":"../../users","type":"ATOMIC","created":"2024-01-01","id":"vrsnCentr01","hashCode":"cb06e9b655d81cc253c486565261c2b2"}]}""", "no name such as Version_1")]
    [InlineData("""{"metadataversions":[{"name":"Version_1","type":"ATOMIC","created":"2024-01-01","id":"x'; drop--","hashCode":"cb06e9b655d81cc253c486565261c2b2"}]}""", "Version_1 has no id of 11 letters and digits")]
    [InlineData("""{"metadataversions":[{"name":"Version_1","type":"SOME","created":"2024-01-01","id":"vrsnCentr01","hashCode":"cb06e9b655d81cc253c486565261c2b2"}]}""", "neither BEST_EFFORT nor ATOMIC")]
    [InlineData("""{"metadataversions":[{"name":"Version_1","type":"ATOMIC","created":"soon","id":"vrsnCentr01","hashCode":"cb06e9b655d81cc253c486565261c2b2"}]}""", "no date of creation")]
    [InlineData("""{"metadataversions":[{"name":"Version_1","type":"ATOMIC","created":"2024-01-01","id":"vrsnCentr01"}]}""", "no hashCode of 32 hexadecimal digits")]
    public async Task A_history_that_makes_no_sense_is_not_followed(string history, string words)
    {
        await using var central = await Central.StartAsync();
        central.Script = r => r.Path.EndsWith("/history", StringComparison.Ordinal) ? new(200, history) : null;
        await using var node = await SyncJob.StartAsync(central, "Dhis2:Synchronization:MetadataAttempts=1");

        var run = await SyncJob.RunAsync(node);

        Assert.Equal(JobRunState.Failed, run.State);
        Assert.Contains(words, Assert.Single(run.Sequence).Error, StringComparison.Ordinal);
        Assert.Equal(0, central.Count("data.gz"));
        // No version was involved.
        Assert.Equal("", await SyncJob.SettingAsync(node, SettingKeys.FailedMetadataVersion));
    }

    [Theory]
    [InlineData("/api/metadata/version/history")]
    [InlineData("/api/metadata/version/Version_1/data.gz")]
    [InlineData("/api/system/ping")]
    [InlineData("/api/system/info")]
    public async Task An_attempt_that_failed_is_followed_by_one_that_begins_anew(string path)
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        var failures = 1;
        central.Script = r => r.Path == path && Interlocked.Decrement(ref failures) >= 0 ? new(0) { Abort = true } : null;
        await using var node = await SyncJob.StartAsync(central);
        await SetAttemptsAsync(node);

        var run = await SyncJob.RunAsync(node);

        Assert.Equal((JobRunState.Completed, false), (run.State, run.HasError));
        Assert.Equal([ProgressStatus.Error, ProgressStatus.Success], run.Sequence.Select(p => p.Status));
        Assert.Equal("Version_1", await SyncJob.NamesAsync(node));
    }

    [Fact]
    public async Task No_metadata_is_fetched_while_data_cannot_be_delivered()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        central.Script = r => r.Path == "/api/dataValueSets" ? new(503, "busy") : null;
        await using var mail = MailServer.Start();
        await using var node = await SyncJob.StartAsync(central);
        await mail.ConnectAsync(node);
        await SyncNode.FillAsync(node.Http);
        await SyncNode.EnterAsync(node.Http, 3);
        var job = await SyncJob.CreateAsync(node.Channel);

        var run = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Failed, 3), (run.State, run.Sequence.Count));
        Assert.All(run.Sequence, p => Assert.StartsWith("No metadata is fetched while data values cannot be pushed.", p.Error, StringComparison.Ordinal));
        Assert.DoesNotContain(central.Peer.Requests, r => r.Path.Contains("/metadata/", StringComparison.Ordinal));
        Assert.Equal("", await SyncJob.SettingAsync(node, SettingKeys.FailedMetadataVersion));
        Assert.Contains("Push data values: ", Assert.Single(mail.Mails).Message.TextBody, StringComparison.Ordinal);

        // It fails at everything it is sent now: were it only at a registration, that one would be set aside as a conflict.
        central.Script = r => r.Path == "/api/completeDataSetRegistrations" || r.Body == "{\"dataValues\":[]}" ? new(500, "no") : null;
        var registered = await node.Http.PostAsync("/api/completeDataSetRegistrations", DataNode.Json(
            $$"""{"completeDataSetRegistrations":[{"dataSet":"{{DataNode.DataSet}}","period":"202401","organisationUnit":"{{DataNode.North}}","completed":true}]}"""), Ct);
        Assert.True(registered.IsSuccessStatusCode);
        run = await SyncNode.RunAsync(node.Channel, job);
        Assert.StartsWith("No metadata is fetched while completeness registrations cannot be pushed.", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(central.Peer.Requests, r => r.Path.Contains("/metadata/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("download")]
    [InlineData("wait")]
    public async Task A_run_is_cancelled_in_the_middle_of_a_download_and_of_its_wait(string when)
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        central.Publish(Central.Elements("deSecondVr1"));
        var reached = new TaskCompletionSource();
        central.Script = r =>
        {
            if (!r.Path.EndsWith("Version_2/data.gz", StringComparison.Ordinal))
                return null;
            reached.TrySetResult();
            return when == "download" ? new(200) { Hang = true } : new(500);
        };
        await using var node = await SyncNode.StartAsync(central.Peer.Url, "Dhis2:Synchronization:MetadataRetryDelay=01:00:00");
        var job = await SyncJob.CreateAsync(node.Channel);
        var jobs = new JobConfigurationService.JobConfigurationServiceClient(node.Channel);
        var runs = new SchedulingService.SchedulingServiceClient(node.Channel);
        var id = (await jobs.ExecuteJobConfigurationAsync(new() { Uid = job }, cancellationToken: Ct)).RunId;
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);
        using var watch = runs.WatchJobRun(new() { RunId = id }, cancellationToken: Ct);
        if (when == "wait")
            await UntilAsync(async () => (await runs.GetJobRunAsync(new() { RunId = id }, cancellationToken: Ct)).Run.Sequence[0].Status == ProgressStatus.Error);

        await runs.CancelJobRunAsync(new() { RunId = id }, cancellationToken: Ct);
        while (await watch.ResponseStream.MoveNext(Ct).WaitAsync(TimeSpan.FromSeconds(60), Ct))
        {
        }

        var run = (await runs.GetJobRunAsync(new() { RunId = id }, cancellationToken: Ct)).Run;
        Assert.Equal(JobRunState.Stopped, run.State);
        Assert.Single(run.Sequence);
        Assert.Equal("Version_1", await SyncJob.NamesAsync(node));
        Assert.Equal("1970-01-01T00:00:00.000Z", await SyncJob.SettingAsync(node, SettingKeys.LastMetadataSuccess));
        central.Script = _ => null;
        Assert.Equal("Imported Version_2 (BEST_EFFORT)", (await SyncNode.RunAsync(node.Channel, job)).Sequence.Single().Summary);
    }

    private static async Task SetAttemptsAsync(Hosting.TestNode node) =>
        Assert.True((await node.Http.PostAsync("/api/systemSettings/syncMaxRemoteServerAvailabilityCheckAttempts?value=1", null, Ct)).IsSuccessStatusCode);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < 1500 && await limit.WaitForNextTickAsync(Ct); i++)
        {
            if (await condition())
                return;
        }

        Assert.Fail("It did not come to that.");
    }
}
