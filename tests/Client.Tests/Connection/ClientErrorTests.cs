using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client;
using Dhis2Grpc.Client.Connection;
using Dhis2Grpc.Client.Errors;
using Grpc.Core;

namespace Client.Tests.Connection;

public sealed class ClientErrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = node.Connect();
        var failure = await Assert.ThrowsAsync<Dhis2Exception>(() => client.Job("abcdefghijk").GetAsync(Token));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("E1005", failure.Code);
        Assert.Contains("abcdefghijk", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsConnectionLost);
    }

    [Fact]
    public async Task An_object_that_breaks_rules_names_them_all()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = node.Connect();
        var job = new JobConfiguration { Name = "", JobType = JobType.Test, CronExpression = "every day" };
        var failure = await Assert.ThrowsAsync<Dhis2Exception>(
            () => client.JobConfigurations.CreateAsync(job, cancellationToken: Token));
        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.NotEmpty(failure.Reports);
        Assert.Equal(failure.Reports[0].ErrorCode, failure.Code);
    }

    [Fact]
    public async Task A_wrong_password_is_unauthenticated_and_never_shown()
    {
        await using var node = await TestNode.StartAsync();
        var login = new Dhis2Credentials("admin", "wrong-password");
        await using var client = Dhis2Client.Connect(node.GrpcUrl, login);
        var failure = await Assert.ThrowsAsync<Dhis2Exception>(() => client.System.PingAsync(Token));
        Assert.Equal(StatusCode.Unauthenticated, failure.StatusCode);
        Assert.DoesNotContain("wrong-password", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-password", login.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_lost_connection()
    {
        await using var client = Dhis2Client.Connect(new Uri("http://127.0.0.1:1"));
        var failure = await Assert.ThrowsAsync<Dhis2Exception>(() => client.System.PingAsync(Token));
        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.True(failure.IsConnectionLost);
        Assert.Contains("refused", failure.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_cancelled_call_is_cancellation_not_failure()
    {
        await using var node = await TestNode.StartAsync();
        await using var client = node.Connect();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.System.PingAsync(cancelled.Token));
    }

    [Fact]
    public async Task Handles_create_read_change_switch_run_and_delete_a_job()
    {
        await using var node = await TestNode.StartAsync();
        using var limit = TestJobs.LimitedToken();
        await using var client = node.Connect();
        var created = await client.CreateTestJobAsync("life", new TestParameters { Stages = 1, Items = 2 });
        var handle = client.Job(created.Id);
        Assert.Equal("life", (await handle.GetAsync(limit.Token)).Name);

        var renamed = await client.JobConfigurations.UpdateAsync(
            new JobConfiguration { Id = created.Id, Name = "second life" }, ["name"], cancellationToken: limit.Token);
        Assert.Equal("second life", renamed.Name);
        Assert.Equal(2, renamed.Test.Items);

        Assert.False((await handle.DisableAsync(limit.Token)).Enabled);
        var refused = await Assert.ThrowsAsync<Dhis2Exception>(() => handle.ExecuteAsync(limit.Token));
        Assert.Equal("E1004", refused.Code);
        Assert.True((await handle.EnableAsync(limit.Token)).Enabled);

        var ended = await (await handle.ExecuteAsync(limit.Token)).WaitAsync(limit.Token);
        Assert.Equal(JobRunState.Completed, ended.State);
        Assert.Equal(2, ended.Sequence.Sum(p => p.Stages.Sum(s => s.Items.Count)));
        Assert.NotEmpty(await client.Scheduling.GetCompletedAsync(JobType.Test, limit.Token));

        await handle.DeleteAsync(limit.Token);
        await Assert.ThrowsAsync<Dhis2Exception>(() => handle.GetAsync(limit.Token));
    }
}
