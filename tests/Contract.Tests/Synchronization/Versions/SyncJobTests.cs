using Contract.Tests.Data;
using Contract.Tests.Messages;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Metadata.Versions;
using Dhis2Grpc.Server.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Synchronization.Versions;

/// <summary>META_DATA_SYNC against a scripted central server: what is imported, recorded and told.</summary>
public sealed class SyncJobTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_versions_are_imported_in_the_order_of_their_creation_and_recorded_as_they_are_there()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        central.Publish(Central.Elements("deSecondVr1"), "ATOMIC");
        await using var mail = MailServer.Start();
        await using var node = await SyncJob.StartAsync(central);
        await mail.ConnectAsync(node);

        var run = await SyncJob.RunAsync(node);

        Assert.Equal(JobRunState.Completed, run.State);
        var process = Assert.Single(run.Sequence);
        Assert.Equal("Imported Version_1 (BEST_EFFORT), Version_2 (ATOMIC)", process.Summary);
        var stages = SyncJob.Stages(process);
        Assert.Contains("Find current metadata version: ", stages);
        Assert.Contains("List newer metadata versions of remote server: Version_1 (BEST_EFFORT), Version_2 (ATOMIC)", stages);
        Assert.Equal("Import metadata version Version_2 (ATOMIC): OK: 1 created, 0 updated, 0 deleted, 0 ignored", stages[^2]);
        Assert.Equal(["Set up metadata synchronization", "Test if remote server is available"], process.Stages.Take(2).Select(s => s.Description));
        var versions = await SyncJob.VersionsAsync(node);
        Assert.Equal(
            central.Versions.Select(v => (v.Name, v.Id, v.Created, v.HashCode)), versions.Select(v => (v.Name, v.Uid, v.Created, v.HashCode)));
        Assert.Equal([MetadataVersionType.BestEffort, MetadataVersionType.Atomic], versions.Select(v => v.Type));
        Assert.All(versions, v => Assert.NotNull(v.Imported));
        Assert.True(await SyncJob.HasAsync(node, "deSecondVr1"));
        Assert.Contains("\"public\":\"r-r-----\"", await node.Http.GetStringAsync("/api/dataElements/deFirstVrs1?fields=sharing", Ct), StringComparison.Ordinal);
        Assert.Equal(("true", "Version_2", ""), (await SyncJob.SettingAsync(node, SettingKeys.VersionEnabled),
            await SyncJob.SettingAsync(node, SettingKeys.RemoteMetadataVersion), await SyncJob.SettingAsync(node, SettingKeys.FailedMetadataVersion)));
        Assert.NotEqual("1970-01-01T00:00:00.000Z", await SyncJob.SettingAsync(node, SettingKeys.LastMetadataSuccess));

        Assert.Equal(2, mail.Mails.Count);
        Assert.All(mail.Mails, m => Assert.Equal(["admin@ministry.test"], m.Recipients));
        Assert.All(mail.Mails, m => Assert.Equal("[DHIS 2] Success Notification: Metadata Synchronization", m.Message.Subject));
        var text = mail.Mails.Last().Message.TextBody!;
        Assert.Contains("Version_2 (ATOMIC)", text, StringComparison.Ordinal);
        Assert.Contains("org.hisp.dhis.dataelement.DataElement: 1 created, 0 updated, 0 deleted, 0 ignored", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_run_asks_for_later_versions_only_and_an_empty_answer_means_none()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        await using var node = await SyncJob.StartAsync(central);
        var job = await SyncJob.CreateAsync(node.Channel);

        await SyncNode.RunAsync(node.Channel, job);
        var second = await SyncNode.RunAsync(node.Channel, job);
        central.Publish(Central.Elements("deSecondVr1"));
        var third = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Completed, "The remote server has no newer metadata version"), (second.State, second.Sequence.Single().Summary));
        Assert.Equal("Imported Version_2 (BEST_EFFORT)", third.Sequence.Single().Summary);
        Assert.Equal(["", "?baseline=Version_1", "?baseline=Version_1"], central.Peer.Requests.Where(r => r.Path.EndsWith("/history", StringComparison.Ordinal)).Select(r => r.Query));
        Assert.Equal((1, 1), (central.Count("Version_1/data.gz"), central.Count("Version_2/data.gz")));
        Assert.All(central.Peer.Requests, r => Assert.Equal(SyncNode.Basic, r.Authorization));
    }

    [Fact]
    public async Task A_broken_atomic_version_stops_the_run_without_anything_of_it_and_is_not_tried_again()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        central.Publish(Central.Snapshot($"\"dataElements\":[{Central.Element("deSecondVr1")},{Central.Element("deBrokenRf1", "ccNowhere01")}]"), "ATOMIC");
        central.Publish(Central.Elements("deThirdVrs1"));
        await using var mail = MailServer.Start();
        await using var node = await SyncJob.StartAsync(central);
        await mail.ConnectAsync(node);
        var job = await SyncJob.CreateAsync(node.Channel);

        var run = await SyncNode.RunAsync(node.Channel, job);
        var again = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Completed, JobRunState.Completed), (run.State, again.State));
        var process = Assert.Single(run.Sequence);
        Assert.Equal("Stopped at Version_2 (ATOMIC), 1 of 3 versions imported: ERROR: 0 created, 0 updated, 0 deleted, 2 ignored, 1 errors", process.Summary);
        var stage = process.Stages.Single(s => s.Description == "Import metadata version Version_2 (ATOMIC)");
        Assert.Equal(ProgressStatus.Error, stage.Status);
        Assert.Contains("E5002", run.ToString(), StringComparison.Ordinal);
        Assert.Equal("Version_1", await SyncJob.NamesAsync(node));
        Assert.False(await SyncJob.HasAsync(node, "deSecondVr1"));
        // What was fetched is kept, and looked at again.
        Assert.Equal((1, 0), (central.Count("Version_2/data.gz"), central.Count("Version_3/data.gz")));
        Assert.Equal("", await SyncJob.SettingAsync(node, SettingKeys.FailedMetadataVersion));
        Assert.Equal("1970-01-01T00:00:00.000Z", await SyncJob.SettingAsync(node, SettingKeys.LastMetadataSuccess));

        Assert.Equal(["[DHIS 2] Success Notification: Metadata Synchronization", .. Enumerable.Repeat("[DHIS 2] Action Required: MetadataSync Failed Notification", 2)],
            mail.Mails.Select(m => m.Message.Subject));
        var text = mail.Mails.Last().Message.TextBody!;
        Assert.Contains("Import metadata version Version_2 (ATOMIC): ERROR", text, StringComparison.Ordinal);
        Assert.Contains("deBrokenRf1: E5002", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_best_effort_version_with_errors_counts_and_tells_them()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Snapshot(
            $"\"jobConfigurations\":[{{\"id\":\"jobPulled01\",\"name\":\"J\",\"jobType\":\"TEST\"}}],\"dataElements\":[{Central.Element("deSecondVr1")},{Central.Element("deBrokenRf1", "ccNowhere01")}]"));
        await using var mail = MailServer.Start();
        await using var node = await SyncJob.StartAsync(central);
        await mail.ConnectAsync(node);

        var run = await SyncJob.RunAsync(node);

        Assert.Equal(JobRunState.Completed, run.State);
        Assert.Equal("Version_1", await SyncJob.NamesAsync(node));
        Assert.True(await SyncJob.HasAsync(node, "deBrokenRf1"));
        Assert.StartsWith("Import metadata version Version_1 (BEST_EFFORT): WARNING: 2 created", SyncJob.Stages(run.Sequence.Single())[^2], StringComparison.Ordinal);
        Assert.Contains("E5002", run.ToString(), StringComparison.Ordinal);
        Assert.Contains("deBrokenRf1: E5002", Assert.Single(mail.Mails).Message.TextBody, StringComparison.Ordinal);
        Assert.DoesNotContain("jobPulled01", await node.Http.GetStringAsync("/api/jobConfigurations?paging=false", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_whose_name_is_here_already_stops_the_run_with_a_mail()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        central.Publish(Central.Elements("deSecondVr1"));
        await using var mail = MailServer.Start();
        await using var node = await SyncJob.StartAsync(central);
        var job = await SyncJob.CreateAsync(node.Channel);
        await SyncNode.RunAsync(node.Channel, job);
        await mail.ConnectAsync(node);
        var third = central.Publish(Central.Elements("deThirdVrs1"));
        // One that takes no notice of the baseline.
        central.Script = r => r.Path.EndsWith("/history", StringComparison.Ordinal)
            ? new(200, $"{{\"metadataversions\":[{third.Json("importdate")},{central.Versions[0].Json("importdate")}]}}")
            : null;

        var run = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal((JobRunState.Completed, "Stopped at Version_1 (BEST_EFFORT), 0 of 2 versions imported: Version_1 exists here already, and is not fetched again"),
            (run.State, run.Sequence.Single().Summary));
        Assert.Equal("[DHIS 2] Action Required: MetadataSync Failed Notification", Assert.Single(mail.Mails).Message.Subject);
        Assert.Equal((1, 0), (central.Count("Version_1/data.gz"), central.Count("Version_3/data.gz")));
    }

    [Theory]
    [InlineData("""{"id":"central","version":"2.39.0"}""", "was written by DHIS2 2.39.0, and this server is 2.40.0")]
    [InlineData("""{"id":"central"}""", "does not tell which DHIS2 wrote it")]
    public async Task Metadata_of_another_DHIS2_version_is_refused_when_the_setting_says_so(string system, string words)
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Snapshot($"\"dataElements\":[{Central.Element("deFirstVrs1")}]", system));
        await using var mail = MailServer.Start();
        await using var node = await SyncJob.StartAsync(central);
        await mail.ConnectAsync(node, new KeyValuePair<string, string?>(SettingKeys.StopMetadataSync, "true"));
        var job = await SyncJob.CreateAsync(node.Channel);

        var run = await SyncNode.RunAsync(node.Channel, job);

        Assert.Equal(JobRunState.Failed, run.State);
        Assert.Contains(words, Assert.Single(run.Sequence).Error, StringComparison.Ordinal);
        Assert.False(await SyncJob.HasAsync(node, "deFirstVrs1"));
        Assert.Equal("Version_1", await SyncJob.SettingAsync(node, SettingKeys.FailedMetadataVersion));
        Assert.NotEqual("1970-01-01T00:00:00.000Z", await SyncJob.SettingAsync(node, SettingKeys.LastMetadataFailure));
        Assert.Contains(words, Assert.Single(mail.Mails).Message.TextBody!.ReplaceLineEndings(" "), StringComparison.Ordinal);

        await node.Services.GetRequiredService<SystemSettings>().SetAsync(SettingKeys.StopMetadataSync, "false", Ct);
        Assert.Equal(JobRunState.Completed, (await SyncNode.RunAsync(node.Channel, job)).State);
        Assert.Equal(("Version_1", "", 1), (await SyncJob.NamesAsync(node), await SyncJob.SettingAsync(node, SettingKeys.FailedMetadataVersion), central.Count("data.gz")));
    }

    [Fact]
    public async Task A_mail_server_that_is_down_fails_nothing_and_is_shown()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        await using var node = await SyncJob.StartAsync(central);
        await MailServer.ConnectAsync(node, MailServer.FreePort());

        var run = await SyncJob.RunAsync(node);

        Assert.Equal(JobRunState.Completed, run.State);
        Assert.Equal("Send e-mail notification: The e-mail was not sent: no connection to the mail server could be made", SyncJob.Stages(run.Sequence.Single())[^1]);
        Assert.Equal("Version_1", await SyncJob.NamesAsync(node));
    }

    [Fact]
    public async Task Data_goes_out_before_metadata_comes_in()
    {
        await using var central = await Central.StartAsync();
        central.Publish(Central.Elements("deFirstVrs1"));
        await using var node = await SyncJob.StartAsync(central);
        await SyncNode.FillAsync(node.Http);
        await SyncNode.EnterAsync(node.Http, 150);

        var run = await SyncJob.RunAsync(node);

        Assert.Equal(JobRunState.Completed, run.State);
        var order = central.Peer.Requests.Select(r => r.Path).Where(p => p is "/api/dataValueSets" || p.Contains("/metadata/", StringComparison.Ordinal)).ToList();
        Assert.Equal(["/api/dataValueSets", "/api/dataValueSets", "/api/metadata/version/history", "/api/metadata/version/Version_1/data.gz"], order);
    }
}
