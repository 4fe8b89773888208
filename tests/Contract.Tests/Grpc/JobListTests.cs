using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Google.Rpc;
using Grpc.Core;

namespace Contract.Tests.Grpc;

/// <summary>Lists of job configurations: pages, filters, order.</summary>
public sealed class JobListTests(JobListTests.SevenJobs seven) : IClassFixture<JobListTests.SevenJobs>
{
    private readonly JobConfigurationService.JobConfigurationServiceClient _jobs = new(seven.Node.Channel);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_wishes_all_come_by_name()
    {
        var list = await ListAsync(new());

        Assert.Equal(["alpha", "Beta", "delta", "epsilon", "gamma", "Zeta", "zulu"], list.JobConfigurations.Select(j => j.Name));
        Assert.Equal((1, 50, 7, 1), (list.Pager.Page, list.Pager.PageSize, list.Pager.Total, list.Pager.PageCount));
        Assert.Equal("", list.NextPageToken);
    }

    [Fact]
    public async Task Tokens_and_numbers_lead_through_the_same_pages()
    {
        var first = await ListAsync(new() { PageSize = 3 });
        var second = await ListAsync(new() { PageToken = first.NextPageToken });
        var third = await ListAsync(new() { PageToken = second.NextPageToken });
        var thirdByNumber = await ListAsync(new() { PageSize = 3, Page = 3 });

        Assert.Equal(["alpha", "Beta", "delta"], first.JobConfigurations.Select(j => j.Name));
        Assert.Equal(["epsilon", "gamma", "Zeta"], second.JobConfigurations.Select(j => j.Name));
        Assert.Equal(["zulu"], third.JobConfigurations.Select(j => j.Name));
        Assert.Equal("", third.NextPageToken);
        Assert.Equal(third.JobConfigurations, thirdByNumber.JobConfigurations);
        Assert.Equal((3, 3), (third.Pager.Page, third.Pager.PageCount));
    }

    [Fact]
    public async Task Without_paging_there_is_no_pager()
    {
        var list = await ListAsync(new() { Paging = false, PageSize = 2 });

        Assert.Null(list.Pager);
        Assert.Equal(7, list.JobConfigurations.Count);
    }

    [Fact]
    public async Task Filters_order_and_query_combine_with_pages()
    {
        var list = await ListAsync(new() { Filter = { "name:ilike:e", "jobType:eq:TEST" }, Order = { "name:idesc" }, PageSize = 2 });
        var either = await ListAsync(new() { Filter = { "name:eq:alpha", "enabled:eq:false" }, RootJunction = "OR" });

        Assert.Equal(["Zeta", "epsilon"], list.JobConfigurations.Select(j => j.Name));
        Assert.Equal(4, list.Pager.Total);
        Assert.Equal(["alpha", "gamma"], either.JobConfigurations.Select(j => j.Name));
        Assert.Equal(["zulu"], (await ListAsync(new() { Query = "ULU" })).JobConfigurations.Select(j => j.Name));
        Assert.Equal(["delta"], (await ListAsync(new() { Query = "D" })).JobConfigurations.Take(1).Select(j => j.Name));
    }

    [Fact]
    public async Task Order_by_and_read_mask_speak_of_the_contracts_fields()
    {
        var list = await ListAsync(new()
        {
            OrderBy = "enabled, name desc",
            ReadMask = new() { Paths = { "name", "job_type", "last_updated_by.username" } },
            PageSize = 3,
        });
        var one = await _jobs.GetJobConfigurationAsync(
            new() { Uid = (await ListAsync(new())).JobConfigurations[0].Id, ReadMask = new() { Paths = { "id" } } }, cancellationToken: Token);

        Assert.Equal(["gamma", "zulu", "epsilon"], list.JobConfigurations.Select(j => j.Name));
        Assert.All(list.JobConfigurations, j => Assert.Equal(
            new JobConfiguration { Name = j.Name, JobType = JobType.Test, LastUpdatedBy = new() { Username = "admin" } }, j));
        Assert.Equal(new JobConfiguration { Id = one.JobConfiguration.Id }, one.JobConfiguration);
        Assert.Equal(7, (await ListAsync(new() { ReadMask = new() { Paths = { "*" } } })).JobConfigurations.Count(j => j.Etag.Length > 0));
    }

    [Theory]
    [InlineData("colour", null)]
    [InlineData("name sideways", null)]
    [InlineData("name,", null)]
    [InlineData("access", null)]
    [InlineData("", "colour")]
    public async Task Fields_that_do_not_exist_are_refused(string orderBy, string? mask)
    {
        var request = new ListJobConfigurationsRequest { OrderBy = orderBy };
        if (mask is not null)
            request.ReadMask = new() { Paths = { mask } };

        var e = await Assert.ThrowsAsync<RpcException>(() => ListAsync(request));

        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
    }

    [Fact]
    public async Task Nonsense_is_refused()
    {
        var filter = await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { Filter = { "colour:eq:red" } }));
        var token = await Assert.ThrowsAsync<RpcException>(() => ListAsync(new() { PageToken = "?" }));

        Assert.Equal((StatusCode.InvalidArgument, "Unknown path property: colour"), (filter.StatusCode, filter.Status.Detail));
        Assert.Equal("E1003", filter.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
        Assert.Equal(StatusCode.InvalidArgument, token.StatusCode);
    }

    private async Task<ListJobConfigurationsResponse> ListAsync(ListJobConfigurationsRequest request) =>
        await _jobs.ListJobConfigurationsAsync(request, cancellationToken: Token);

    /// <summary>A node with seven jobs.</summary>
    public sealed class SevenJobs : IAsyncLifetime
    {
        public TestNode Node { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Node = await TestNode.StartAsync();
            var jobs = new JobConfigurationService.JobConfigurationServiceClient(Node.Channel);
            foreach (var name in new[] { "zulu", "alpha", "Beta", "gamma", "delta", "epsilon", "Zeta" })
            {
                var job = new JobConfiguration { Name = name, JobType = JobType.Test, CronExpression = SharedNode.NextCron(), Enabled = name != "gamma" };
                if (name == "delta")
                    job.Code = "D";
                await jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job });
            }
        }

        public ValueTask DisposeAsync() => Node.DisposeAsync();
    }
}
