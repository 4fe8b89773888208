using Contract.Tests.Hosting;
using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Contract.Tests.Grpc;

/// <summary>Job configurations over the real gRPC port.</summary>
public sealed class JobConfigurationServiceTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private readonly JobConfigurationService.JobConfigurationServiceClient _jobs = new(shared.Node.Channel);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_created_job_reads_back_with_all_that_the_server_adds()
    {
        var created = await _jobs.CreateJobConfigurationAsync(
            new() { JobConfiguration = new() { Name = "Yearly build", Code = "YB", JobType = JobType.AnalyticsTable, CronExpression = "0 0 3 1 1 ?", AnalyticsTable = new() { LastYears = 2 } } },
            cancellationToken: Token);
        var read = (await _jobs.GetJobConfigurationAsync(new() { Uid = created.JobConfiguration.Id }, cancellationToken: Token)).JobConfiguration;

        Assert.Equal(created.JobConfiguration, read);
        Assert.Equal(("org.hisp.dhis.scheduling.JobConfiguration", read.Id), (created.Report.Klass, created.Report.Uid));
        Assert.Matches("^[a-zA-Z][a-zA-Z0-9]{10}$", read.Id);
        Assert.Equal(("Yearly build", "Yearly build", "YB"), (read.Name, read.DisplayName, read.Code));
        Assert.Equal((true, SchedulingType.Cron, JobStatus.Scheduled), (read.Enabled, read.SchedulingType, read.JobStatus));
        Assert.Equal(JobStatus.NotStarted, read.LastExecutedStatus);
        Assert.Equal((true, true, "1"), (read.Configurable, read.LeaderOnlyJob, read.Etag));
        Assert.Equal(2, read.AnalyticsTable.LastYears);
        Assert.NotNull(read.NextExecutionTime);
        Assert.Equal(TimeSpan.FromHours(4), read.MaxDelayedExecutionTime - read.NextExecutionTime is { } late ? late.ToTimeSpan() : default);
        Assert.Equal(("admin", "admin admin"), (read.LastUpdatedBy.Username, read.LastUpdatedBy.DisplayName));
        Assert.Equal(new Access { Read = true, Write = true, Update = true, Delete = true, Manage = true, Externalize = true }, read.Access);
        Assert.Equal(new Sharing(), read.Sharing);
    }

    [Fact]
    public async Task Broken_rules_come_as_rich_details_and_store_nothing()
    {
        var e = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.CreateJobConfigurationAsync(
            new() { JobConfiguration = new() { JobType = JobType.DataSync, CronExpression = "never", DataSync = new() { PageSize = 1 } } },
            cancellationToken: Token));

        Assert.Equal(StatusCode.FailedPrecondition, e.StatusCode);
        var status = e.GetRpcStatus()!;
        Assert.Equal(("dhis2.org", "E4000"), (status.GetDetail<ErrorInfo>().Domain, status.GetDetail<ErrorInfo>().Reason));
        Assert.Equal(["E4000", "E4008", "E7005", "E7010"], status.GetDetail<ObjectReport>().ErrorReports.Select(r => r.ErrorCode));
        Assert.Equal(["name", "pageSize", "cronExpression", "jobType"], status.GetDetail<BadRequest>().FieldViolations.Select(v => v.Field));
        Assert.Equal("Cron expression is invalid: There must be 6 fields, not 1, in cron expression \"never\"", status.GetDetail<BadRequest>().FieldViolations[2].Description);
    }

    [Fact]
    public async Task Validate_only_answers_as_if_and_stores_nothing()
    {
        var job = Job("Only looked at");
        var looked = await _jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job, ValidateOnly = true }, cancellationToken: Token);

        Assert.Equal("Only looked at", looked.JobConfiguration.Name);
        await NotFoundAsync(looked.JobConfiguration.Id);
        var stored = await CreateAsync(job);
        await _jobs.UpdateJobConfigurationAsync(
            new() { JobConfiguration = new(stored) { Name = "Another" }, ValidateOnly = true }, cancellationToken: Token);
        await _jobs.DeleteJobConfigurationAsync(new() { Uid = stored.Id, ValidateOnly = true }, cancellationToken: Token);
        Assert.Equal(stored, await GetAsync(stored.Id));
    }

    [Fact]
    public async Task An_update_replaces_all_but_enabled()
    {
        var stored = await CreateAsync(new(Job("Replace me")) { Code = "OLD", Enabled = false });

        var updated = (await _jobs.UpdateJobConfigurationAsync(
            new() { JobConfiguration = new() { Id = stored.Id, Name = "Replaced", JobType = JobType.Test, CronExpression = stored.CronExpression } },
            cancellationToken: Token)).JobConfiguration;

        Assert.Equal(("Replaced", false, false, "2"), (updated.Name, updated.HasCode, updated.Enabled, updated.Etag));
        Assert.Equal(JobStatus.Disabled, updated.JobStatus);
    }

    [Fact]
    public async Task A_mask_changes_the_named_fields_only()
    {
        var stored = await CreateAsync(new(Job("Masked")) { Code = "KEEP", Test = new() { Stages = 3, Items = 4 } });
        var change = new JobConfiguration { Id = stored.Id, Name = "ignored", Enabled = false, Test = new() { Stages = 7 } };

        var updated = (await _jobs.UpdateJobConfigurationAsync(
            new() { JobConfiguration = change, UpdateMask = new() { Paths = { "enabled", "test.stages" } } }, cancellationToken: Token)).JobConfiguration;

        Assert.Equal(("Masked", "KEEP", false), (updated.Name, updated.Code, updated.Enabled));
        Assert.Equal((7, 4), (updated.Test.Stages, updated.Test.Items));

        var cleared = (await _jobs.UpdateJobConfigurationAsync(
            new() { JobConfiguration = new() { Id = stored.Id }, UpdateMask = new() { Paths = { "code" } } }, cancellationToken: Token)).JobConfiguration;
        Assert.False(cleared.HasCode);
        Assert.Equal(7, cleared.Test.Stages);
    }

    [Fact]
    public async Task By_the_rules_of_2_41_callers_say_by_what_a_job_comes_due()
    {
        var job = new JobConfiguration
        {
            Name = "Said by gRPC",
            JobType = JobType.Test,
            CronExpression = SharedNode.NextCron(),
            Delay = Duration.FromTimeSpan(TimeSpan.FromDays(1)),
            SchedulingType = SchedulingType.FixedDelay,
        };
        var created = (await _jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job, Version = 41 }, cancellationToken: Token)).JobConfiguration;
        var request = new UpdateJobConfigurationRequest
        {
            JobConfiguration = new() { Id = created.Id, SchedulingType = SchedulingType.OnceAsap },
            UpdateMask = new() { Paths = { "scheduling_type" } },
        };
        var older = (await _jobs.UpdateJobConfigurationAsync(request, cancellationToken: Token)).JobConfiguration;
        request.Version = 44;
        var newer = (await _jobs.UpdateJobConfigurationAsync(request, cancellationToken: Token)).JobConfiguration;
        request.JobConfiguration.SchedulingType = (SchedulingType)9;
        var e = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.UpdateJobConfigurationAsync(request, cancellationToken: Token));

        Assert.Equal(SchedulingType.FixedDelay, created.SchedulingType);
        Assert.Equal(SchedulingType.FixedDelay, older.SchedulingType);
        Assert.Equal((SchedulingType.OnceAsap, null), (newer.SchedulingType, newer.NextExecutionTime));
        Assert.Equal((StatusCode.InvalidArgument, "scheduling_type"), (e.StatusCode, e.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations.Single().Field));
    }

    [Fact]
    public async Task A_mask_of_unknown_fields_is_refused()
    {
        var stored = await CreateAsync(Job("Mask of nonsense"));

        var e = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.UpdateJobConfigurationAsync(
            new() { JobConfiguration = stored, UpdateMask = new() { Paths = { "colour" } } }, cancellationToken: Token));

        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
        Assert.Equal("update_mask", e.GetRpcStatus()!.GetDetail<BadRequest>().FieldViolations.Single().Field);
    }

    [Fact]
    public async Task An_old_etag_is_refused_and_the_current_one_taken()
    {
        var stored = await CreateAsync(Job("Raced"));
        await _jobs.UpdateJobConfigurationAsync(new() { JobConfiguration = new(stored) { Name = "Raced 2" } }, cancellationToken: Token);

        var update = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.UpdateJobConfigurationAsync(
            new() { JobConfiguration = new(stored) { Name = "Raced 3" } }, cancellationToken: Token));
        var delete = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.DeleteJobConfigurationAsync(
            new() { Uid = stored.Id, Etag = stored.Etag }, cancellationToken: Token));
        var foreign = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.DeleteJobConfigurationAsync(
            new() { Uid = stored.Id, Etag = "mine" }, cancellationToken: Token));

        Assert.Equal((StatusCode.Aborted, StatusCode.Aborted, StatusCode.Aborted), (update.StatusCode, delete.StatusCode, foreign.StatusCode));
        Assert.Equal("Raced 2", (await GetAsync(stored.Id)).Name);
        await _jobs.DeleteJobConfigurationAsync(new() { Uid = stored.Id, Etag = "2" }, cancellationToken: Token);
        await NotFoundAsync(stored.Id);
    }

    [Fact]
    public async Task Masked_updates_of_many_clients_all_win()
    {
        var stored = await CreateAsync(new(Job("Contended")) { Test = new() { Stages = 1 } });
        string[] paths = ["code", "test.stages", "test.items", "enabled"];
        var change = new JobConfiguration { Id = stored.Id, Code = "C", Enabled = false, Test = new() { Stages = 8, Items = 9 } };

        await Task.WhenAll(paths.Select(async p => await _jobs.UpdateJobConfigurationAsync(
            new() { JobConfiguration = change, UpdateMask = new() { Paths = { p } } }, cancellationToken: Token)));

        var read = await GetAsync(stored.Id);
        Assert.Equal(("C", false, 8, 9, "5"), (read.Code, read.Enabled, read.Test.Stages, read.Test.Items, read.Etag));
    }

    [Fact]
    public async Task Parameters_of_another_type_are_refused()
    {
        var e = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.CreateJobConfigurationAsync(
            new() { JobConfiguration = new(Job("Mismatch")) { DataSync = new() } }, cancellationToken: Token));

        Assert.Equal((StatusCode.InvalidArgument, "The parameters `data_sync` do not belong to a job of type TEST."), (e.StatusCode, e.Status.Detail));
    }

    [Fact]
    public async Task A_malformed_duration_is_refused()
    {
        var e = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.CreateJobConfigurationAsync(
            new() { JobConfiguration = new(Job("Long")) { Delay = new Duration { Seconds = long.MaxValue } } }, cancellationToken: Token));

        Assert.Equal(StatusCode.InvalidArgument, e.StatusCode);
    }

    [Fact]
    public async Task Translations_and_attribute_values_are_kept()
    {
        var stored = await CreateAsync(new(Job("Translated"))
        {
            Translations = { new Translation { Locale = "fr", Property = "NAME", Value = "Traduit" } },
            AttributeValues = { new AttributeValue { Attribute = new() { Id = "aB3dEfGhIj1" }, Value = "x" } },
        });

        var read = await GetAsync(stored.Id);
        Assert.Equal("Traduit", read.Translations.Single().Value);
        Assert.Equal("aB3dEfGhIj1", read.AttributeValues.Single().Attribute.Id);
    }

    [Fact]
    public async Task An_unknown_job_is_not_found_whatever_is_asked()
    {
        const string uid = "nothingHere";
        List<Func<Task>> calls =
        [
            async () => await _jobs.GetJobConfigurationAsync(new() { Uid = uid }),
            async () => await _jobs.UpdateJobConfigurationAsync(new() { JobConfiguration = new(Job("x")) { Id = uid } }),
            async () => await _jobs.UpdateJobConfigurationAsync(new() { JobConfiguration = new() { Id = uid }, UpdateMask = new() { Paths = { "name" } } }),
            async () => await _jobs.DeleteJobConfigurationAsync(new() { Uid = uid }),
            async () => await _jobs.ExecuteJobConfigurationAsync(new() { Uid = uid }),
            async () => await _jobs.EnableJobConfigurationAsync(new() { Uid = uid }),
            async () => await _jobs.DisableJobConfigurationAsync(new() { Uid = uid }),
        ];
        foreach (var call in calls)
        {
            var e = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal((StatusCode.NotFound, $"JobConfiguration with id {uid} could not be found."), (e.StatusCode, e.Status.Detail));
            Assert.Equal("E1005", e.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
        }
    }

    [Fact]
    public async Task Disabled_jobs_do_not_execute_until_enabled()
    {
        var stored = await CreateAsync(Job("Switched"));

        var off = (await _jobs.DisableJobConfigurationAsync(new() { Uid = stored.Id }, cancellationToken: Token)).JobConfiguration;
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _jobs.ExecuteJobConfigurationAsync(new() { Uid = stored.Id }, cancellationToken: Token));
        var on = (await _jobs.EnableJobConfigurationAsync(new() { Uid = stored.Id }, cancellationToken: Token)).JobConfiguration;

        Assert.Equal((false, JobStatus.Disabled), (off.Enabled, off.JobStatus));
        Assert.Equal((StatusCode.FailedPrecondition, "E1004"), (refused.StatusCode, refused.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason));
        Assert.Equal((true, JobStatus.Scheduled), (on.Enabled, on.JobStatus));
    }

    [Fact]
    public async Task Without_the_authority_one_may_read_and_nothing_else()
    {
        await shared.Node.AddUserAsync("reader00001", "reader", "reader's password");
        using var channel = shared.Node.Connect("reader", "reader's password");
        var reader = new JobConfigurationService.JobConfigurationServiceClient(channel);
        var runs = new SchedulingService.SchedulingServiceClient(channel);
        var stored = await CreateAsync(Job("For readers"));

        var read = (await reader.GetJobConfigurationAsync(new() { Uid = stored.Id }, cancellationToken: Token)).JobConfiguration;
        await runs.ListRunningAsync(new(), cancellationToken: Token);

        Assert.Equal(new Access { Read = true }, read.Access);
        await DeniedAsync("create", async () => await reader.CreateJobConfigurationAsync(new() { JobConfiguration = Job("x") }));
        await DeniedAsync("update", async () => await reader.UpdateJobConfigurationAsync(new() { JobConfiguration = stored }));
        await DeniedAsync("delete", async () => await reader.DeleteJobConfigurationAsync(new() { Uid = stored.Id }));
        await DeniedAsync("execute", async () => await reader.ExecuteJobConfigurationAsync(new() { Uid = stored.Id }));
        await DeniedAsync("update", async () => await reader.DisableJobConfigurationAsync(new() { Uid = stored.Id }));
        await DeniedAsync("cancel", async () => await runs.CancelJobRunAsync(new() { JobType = JobType.Test }));
    }

    [Fact]
    public async Task Job_types_are_listed()
    {
        var types = await _jobs.ListJobTypesAsync(new(), cancellationToken: Token);
        var extended = await _jobs.ListJobTypesExtendedAsync(new(), cancellationToken: Token);

        Assert.Contains(types.JobTypes, t => t.JobType == JobType.AnalyticsTable && t.Key == "analyticsTableJob");
        Assert.Equal(types.JobTypes.Count, extended.Types_.Count);
    }

    private static JobConfiguration Job(string name) => new()
    {
        Name = name,
        JobType = JobType.Test,
        CronExpression = SharedNode.NextCron(),
    };

    private async Task<JobConfiguration> CreateAsync(JobConfiguration job) =>
        (await _jobs.CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Token)).JobConfiguration;

    private async Task<JobConfiguration> GetAsync(string uid) =>
        (await _jobs.GetJobConfigurationAsync(new() { Uid = uid }, cancellationToken: Token)).JobConfiguration;

    private static async Task DeniedAsync(string action, Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal((StatusCode.PermissionDenied, $"You don't have the proper permissions to {action} this object."), (e.StatusCode, e.Status.Detail));
        Assert.Equal("E1006", e.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
    }

    private async Task NotFoundAsync(string uid)
    {
        var e = await Assert.ThrowsAsync<RpcException>(() => GetAsync(uid));
        Assert.Equal(StatusCode.NotFound, e.StatusCode);
    }
}
