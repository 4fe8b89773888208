using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;
using Google.Protobuf;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class JobConfigurationsTests : IAsyncDisposable
{
    private static readonly JobConfigurationInput Valid = new() { Name = "J", Type = JobType.ResourceTable, CronExpression = "0 0 3 ? * *" };

    private static readonly JobConfigurationInput SystemInput = new() { Name = "S", Type = JobType.DataStatistics, CronExpression = "0 0 2 ? * *" };
    private readonly MemoryJobStore _store = new();
    private readonly Lazy<Task<SchedulerHost>> _host;

    public JobConfigurationsTests() => _host = new(() => SchedulerHost.StartAsync(_store, []));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_host.IsValueCreated)
            await (await _host.Value).DisposeAsync();
    }

    [Fact]
    public async Task A_new_job_gets_a_uid_defaults_and_its_next_execution()
    {
        var view = await CreateAsync(Valid with { Type = JobType.AnalyticsTable, Parameters = new AnalyticsTableParameters { LastYears = 2 } });

        Assert.Matches("^[a-zA-Z][a-zA-Z0-9]{10}$", view.Configuration.Uid);
        Assert.True(view.Configuration.Enabled);
        Assert.Equal((1, "xE7jOejl9FI"), (view.Configuration.Revision, view.Configuration.LastUpdatedBy));
        Assert.Equal(SchedulerHost.Start, view.Configuration.Created);
        Assert.Null(view.Configuration.ExecutedBy);
        Assert.Equal(2, ((AnalyticsTableParameters)view.Configuration.Parameters!).LastYears);
        Assert.Equal(SchedulerHost.Start.AddHours(17), view.NextExecution);
        Assert.Equal(SchedulerHost.Start.AddHours(21), view.MaxDelayedExecution);
        Assert.Null(view.State.LastOutcome);
        Assert.Equal(view.Configuration, (await (await _host.Value).Configurations.GetAsync(view.Configuration.Uid, Token)).Configuration);
        Assert.Single(await (await _host.Value).Configurations.ListAsync(Token));
    }

    [Fact]
    public async Task A_given_uid_is_taken()
    {
        var view = await CreateAsync(Valid with { Uid = "aB3dEfGhIj1" });

        Assert.Equal("aB3dEfGhIj1", view.Configuration.Uid);
    }

    [Fact]
    public async Task Absent_parameters_take_their_defaults()
    {
        var absent = await CreateAsync(Valid with { Type = JobType.MetaDataSync });
        var partly = await CreateAsync(Valid with { Name = "K", Type = JobType.DataSync, Parameters = new DataSyncParameters() });
        var none = await CreateAsync(Valid with { Name = "L" });

        Assert.Equal(
            new MetaDataSyncParameters { TrackerProgramPageSize = 20, EventProgramPageSize = 60, DataValuesPageSize = 10_000 },
            absent.Configuration.Parameters);
        Assert.Equal(10_000, ((DataSyncParameters)partly.Configuration.Parameters!).PageSize);
        Assert.Null(none.Configuration.Parameters);
    }

    [Fact]
    public async Task Sets_lose_their_duplicates_and_what_the_caller_holds_is_not_stored()
    {
        var given = new AnalyticsTableParameters { SkipPrograms = { "aB3dEfGhIj1", "aB3dEfGhIj2", "aB3dEfGhIj1" } };
        var view = await CreateAsync(Valid with { Type = JobType.AnalyticsTable, Parameters = given });
        given.SkipPrograms.Clear();

        Assert.Equal(["aB3dEfGhIj1", "aB3dEfGhIj2"], ((AnalyticsTableParameters)view.Configuration.Parameters!).SkipPrograms);
    }

    [Fact]
    public async Task Types_that_need_a_user_run_as_their_creator_for_good()
    {
        var created = await CreateAsync(Valid with { Type = JobType.MetaDataSync });
        var other = SchedulerHost.Admin with { Uid = "kX1oYzabc12" };
        var host = await _host.Value;
        var updated = await host.Configurations.UpdateAsync(
            created.Configuration.Uid, Valid with { Type = JobType.MetaDataSync }, null, other, false, Token);

        Assert.Equal("xE7jOejl9FI", created.Configuration.ExecutedBy);
        Assert.Equal("xE7jOejl9FI", updated.Configuration.ExecutedBy);
        Assert.Equal("kX1oYzabc12", updated.Configuration.LastUpdatedBy);
    }

    [Fact]
    public async Task Every_broken_rule_is_reported_in_the_order_of_the_codes()
    {
        await CreateAsync(Valid with { Name = "taken", Type = JobType.DataSync, CronExpression = "0 0 4 ? * *", Code = "C" });

        var failure = await FailAsync(Valid with
        {
            Uid = "1nvalid",
            Name = "taken",
            Code = "C",
            Type = JobType.DataSync,
            CronExpression = "0 0 4 ? * *",
            ExecutedBy = "nobody",
            TimeZone = "Mars/Olympus",
            Delay = TimeSpan.FromSeconds(-1),
            CatchUpWindow = TimeSpan.FromMilliseconds(1),
            Parameters = new DataSyncParameters { PageSize = 40_000 },
        });

        Assert.Equal(
            ["E1003", "E1003", "E4008", "E4008", "E4014", "E4014", "E5003", "E5003", "E7000"],
            failure.Reports.Select(r => r.Code));
        Assert.Equal("One or more errors occurred, please see full details in import report.", failure.Message);
        Assert.Equal((ErrorKind.Conflict, null), (failure.Kind, failure.Code));
        Assert.Equal(("org.hisp.dhis.scheduling.JobConfiguration", "1nvalid"), (failure.ObjectClass, failure.ObjectUid));
        Assert.All(failure.Reports, r => Assert.Equal("org.hisp.dhis.scheduling.JobConfiguration", r.MainClass));
        Assert.Single(await _store.ListAsync(Token));
    }

    public static TheoryData<string, JobConfigurationInputCase> Broken => new()
    {
        { "E4000|name|Missing required property `name`", new(Valid with { Name = null }) },
        { "E4000|name|Missing required property `name`", new(Valid with { Name = "" }) },
        { "E4000|jobType|Missing required property `jobType`", new(Valid with { Type = JobType.Unspecified }) },
        { "E4001|name|Maximum length of property `name`is 230, but given length was 1,001", new(Valid with { Name = new string('x', 1001) }) },
        { "E4001|code|Maximum length of property `code`is 50, but given length was 51", new(Valid with { Code = new string('x', 51) }) },
        {
            "E4001|cronExpression|Maximum length of property `cronExpression`is 255, but given length was 256",
            new(Valid with { CronExpression = "0 0 3 ? * *".PadRight(256) })
        },
        {
            "E4008|pageSize|Allowed range for numeric property `pageSize` is [50 to 30,000], but number given was 49",
            new(Valid with { Type = JobType.DataSync, Parameters = new DataSyncParameters { PageSize = 49 } })
        },
        {
            "E4008|inactiveMonths|Allowed range for numeric property `inactiveMonths` is [1 to 24], but number given was 0",
            new(Valid with { Type = JobType.DisableInactiveUsers })
        },
        {
            "E4008|reminderDaysBefore|Allowed range for numeric property `reminderDaysBefore` is [1 to 28], but number given was 29",
            new(Valid with { Type = JobType.DisableInactiveUsers, Parameters = new DisableInactiveUsersParameters { InactiveMonths = 1, ReminderDaysBefore = 29 } })
        },
        {
            "E4008|delay|Allowed range for numeric property `delay` is [0 to 2,147,483,647], but number given was -1",
            new(Valid with { Delay = TimeSpan.FromSeconds(-1) })
        },
        { "E4014|id|Invalid UID `x` for property `JobConfiguration`", new(Valid with { Uid = "x" }) },
        {
            "E4014|validationRuleGroups|Invalid UID `bad` for property `validationRuleGroups`",
            new(Valid with { Type = JobType.Monitoring, Parameters = new MonitoringParameters { ValidationRuleGroups = { "aB3dEfGhIj1", "bad", "worse" } } })
        },
        { "E4014|pushAnalysis|Invalid UID `[]` for property `pushAnalysis`", new(Valid with { Type = JobType.PushAnalysis }) },
        { "E4000|dataExchangeIds|Missing required property `dataExchangeIds`", new(Valid with { Type = JobType.AggregateDataExchange }) },
        {
            "E4000|receivers|Missing required property `receivers`",
            new(Valid with { Type = JobType.HtmlPushAnalytics, Parameters = new HtmlPushAnalyticsParameters { Dashboard = "aB3dEfGhIj1", Mode = ViewMode.Executor } })
        },
        {
            "E1003|skipTableTypes|Property `skipTableTypes` has a value that is none of its constants",
            new(Valid with { Type = JobType.AnalyticsTable, Parameters = new AnalyticsTableParameters { SkipTableTypes = { (AnalyticsTableType)77 } } })
        },
        { "E7004|cronExpression|Cron expression must be not null for job with scheduling type CRON: `aB3dEfGhIj1`", new(Valid with { Uid = "aB3dEfGhIj1", CronExpression = null, Delay = TimeSpan.FromSeconds(9) }) },
        { "E7004|cronExpression|Cron expression must be not null for job with scheduling type CRON: `aB3dEfGhIj1`", new(Valid with { Uid = "aB3dEfGhIj1", CronExpression = "" }) },
        {
            "E7005|cronExpression|Cron expression is invalid: `{0}`",
            new(Valid with { CronExpression = "0 0 24 * * *" })
        },
        {
            "E7005|cronExpression|Cron expression is invalid: `{0}`",
            new(Valid with { CronExpression = "0 0 0 30 2 *" })
        },
        { "E7007|delay|Delay must be not null for job with scheduling type FIXED_DELAY: `aB3dEfGhIj1`", new(Valid with { Uid = "aB3dEfGhIj1", Type = JobType.ContinuousAnalyticsTable }) },
        { "E1003|timeZone|Time zone is not known: `Nowhere`", new(Valid with { TimeZone = "Nowhere" }) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_broken_rule_is_refused_with_its_code(string expected, JobConfigurationInputCase input)
    {
        var failure = await FailAsync(input.Input);

        Assert.Contains(expected, failure.Reports.Select(r => $"{r.Code}|{r.Property}|{r.Message}"));
        Assert.Equal(ErrorKind.Conflict, failure.Kind);
        Assert.Empty(await _store.ListAsync(Token));
    }

    [Fact]
    public async Task A_missing_name_is_told_as_DHIS2_does()
    {
        var report = Assert.Single((await FailAsync(Valid with { Name = null })).Reports);

        Assert.Equal(("java.lang.String", "name"), (report.PropertyClass, Assert.Single(report.Arguments)));
    }

    [Fact]
    public async Task What_others_have_cannot_be_taken()
    {
        var other = (await CreateAsync(Valid with { Name = "taken", Code = "C" })).Configuration;

        var uid = Assert.Single((await FailAsync(Valid with { Uid = other.Uid, CronExpression = "1 1 1 * * *" })).Reports);
        var name = Assert.Single((await FailAsync(Valid with { Uid = "aB3dEfGhIj1", Name = "taken", CronExpression = "1 1 1 * * *" })).Reports);
        var code = Assert.Single((await FailAsync(Valid with { Uid = "aB3dEfGhIj1", Code = "C", CronExpression = "1 1 1 * * *" })).Reports);
        var cron = Assert.Single((await FailAsync(Valid)).Reports);
        await CreateAsync(Valid with { Type = JobType.SendScheduledMessage });

        Assert.Equal(
            $"Found matching object for reference, but import mode is CREATE. Identifier was UID, and object was taken [{other.Uid}] (JobConfiguration).",
            uid.Message);
        Assert.Equal(("E5000", other.Uid), (uid.Code, uid.MainId));
        Assert.Equal(
            $"Property `name` with value `taken` on object taken [aB3dEfGhIj1] (JobConfiguration) already exists on object {other.Uid}", name.Message);
        Assert.Equal(("E5003", "name", other.Uid), (name.Code, name.Property, name.MainId));
        Assert.Equal(("E5003", "code", other.Uid), (code.Code, code.Property, code.MainId));
        Assert.Equal(("E7000", "Job of same type already scheduled with cron expression: `0 0 3 ? * *`"), (cron.Code, cron.Message));
    }

    [Fact]
    public async Task A_name_that_another_writer_takes_at_the_same_time_is_reported_too()
    {
        _store.Before = name =>
        {
            if (name != "Create")
                return;
            _store.Before = null;
            _store.CreateAsync(SchedulerHost.Job("other", JobType.Test, "1 1 1 1 1 *") with { Name = "J" }, Token).AsTask().GetAwaiter().GetResult();
        };

        Assert.Equal("E5003", Assert.Single((await FailAsync(Valid)).Reports).Code);
    }

    [Fact]
    public async Task Jobs_of_the_system_s_types_cannot_be_made_changed_or_deleted()
    {
        var system = SchedulerHost.Job("sys", JobType.DataStatistics, "0 0 2 ? * *");
        await _store.CreateAsync(system, Token);
        var mine = await CreateAsync(Valid);
        var jobs = (await _host.Value).Configurations;

        var create = await FailAsync(Valid with { Name = "K", Type = JobType.DataStatistics });
        var update = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.UpdateAsync(system.Uid, Valid, null, SchedulerHost.Admin, false, Token).AsTask());
        var turn = await Assert.ThrowsAsync<Dhis2Exception>(
            () => jobs.UpdateAsync(mine.Configuration.Uid, Valid with { Type = JobType.Housekeeping }, null, SchedulerHost.Admin, false, Token).AsTask());
        var delete = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.DeleteAsync(system.Uid, null, false, Token).AsTask());
        var disable = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.SetEnabledAsync(system.Uid, false, SchedulerHost.Admin, Token).AsTask());

        Assert.Equal("Job K must be configurable but was not.", create.Message);
        Assert.Equal($"Job {system.Uid} is a system job that cannot be modified.", update.Message);
        Assert.Equal($"Job {mine.Configuration.Uid} can not be changed into a system job.", turn.Message);
        Assert.Equal($"Job {system.Uid} is a system job that cannot be deleted.", delete.Message);
        Assert.All(new[] { create, update, turn, delete, disable }, e => Assert.Equal(("E1004", ErrorKind.Conflict), (e.Code, e.Kind)));
    }

    [Fact]
    public async Task An_update_replaces_everything_but_keeps_enabled_and_type_when_absent()
    {
        var created = (await CreateAsync(Valid with { Type = JobType.DataSync, Code = "C", Enabled = false, TimeZone = "Europe/Oslo", Delay = TimeSpan.FromSeconds(5) })).Configuration;
        var host = await _host.Value;
        host.Advance(TimeSpan.FromMinutes(1));

        var updated = (await host.Configurations.UpdateAsync(
            created.Uid, new JobConfigurationInput { Uid = "ignored", Name = "K", CronExpression = "0 0 4 * * *" }, null, SchedulerHost.Admin, false, Token)).Configuration;

        Assert.Equal(created.Uid, updated.Uid);
        Assert.Equal(("K", null, JobType.DataSync, false), (updated.Name, updated.Code, updated.Type, updated.Enabled));
        Assert.Null(updated.TimeZone);
        Assert.Null(updated.Delay);
        Assert.Equal((created.Created, created.Created.AddMinutes(1), 2), (updated.Created, updated.LastUpdated, updated.Revision));
    }

    [Fact]
    public async Task An_update_may_change_the_type_and_its_parameters_with_it()
    {
        var created = (await CreateAsync(Valid with { Type = JobType.DataSync })).Configuration;

        var updated = (await (await _host.Value).Configurations.UpdateAsync(
            created.Uid, Valid with { Type = JobType.Predictor }, null, SchedulerHost.Admin, false, Token)).Configuration;

        Assert.IsType<PredictorParameters>(updated.Parameters);
    }

    [Fact]
    public async Task An_update_does_not_collide_with_the_job_itself()
    {
        var created = (await CreateAsync(Valid with { Code = "C" })).Configuration;

        var updated = await (await _host.Value).Configurations.UpdateAsync(created.Uid, Valid with { Code = "C" }, 1, SchedulerHost.Admin, false, Token);

        Assert.Equal(2, updated.Configuration.Revision);
    }

    [Fact]
    public async Task A_revision_that_is_not_the_current_one_aborts()
    {
        var uid = (await CreateAsync(Valid)).Configuration.Uid;
        var jobs = (await _host.Value).Configurations;
        await jobs.UpdateAsync(uid, Valid with { Name = "K" }, 1, SchedulerHost.Admin, false, Token);

        var update = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.UpdateAsync(uid, Valid, 1, SchedulerHost.Admin, false, Token).AsTask());
        var delete = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.DeleteAsync(uid, 1, false, Token).AsTask());

        Assert.Equal((ErrorKind.Aborted, ErrorKind.Aborted), (update.Kind, delete.Kind));
        Assert.Equal("K", (await jobs.GetAsync(uid, Token)).Configuration.Name);
    }

    [Fact]
    public async Task Without_a_revision_the_last_writer_wins_even_over_another_server()
    {
        var job = (await CreateAsync(Valid)).Configuration;
        _store.Before = name =>
        {
            if (name != "Update")
                return;
            _store.Before = null;
            _store.UpdateAsync(job with { Name = "other" }, Token).AsTask().GetAwaiter().GetResult();
        };

        var updated = await (await _host.Value).Configurations.UpdateAsync(job.Uid, Valid with { Name = "mine" }, null, SchedulerHost.Admin, false, Token);

        Assert.Equal(("mine", 3), (updated.Configuration.Name, updated.Configuration.Revision));
    }

    [Fact]
    public async Task Validate_only_checks_and_stores_nothing()
    {
        var jobs = (await _host.Value).Configurations;
        var created = await jobs.CreateAsync(Valid, SchedulerHost.Admin, true, Token);
        await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.CreateAsync(Valid with { Name = null }, SchedulerHost.Admin, true, Token).AsTask());
        var stored = (await CreateAsync(Valid)).Configuration;
        var updated = await jobs.UpdateAsync(stored.Uid, Valid with { Name = "K" }, null, SchedulerHost.Admin, true, Token);
        await jobs.DeleteAsync(stored.Uid, null, true, Token);

        Assert.NotNull(created.NextExecution);
        Assert.Equal("K", updated.Configuration.Name);
        Assert.Equal(stored, Assert.Single(await _store.ListAsync(Token)));
    }

    [Fact]
    public async Task Jobs_of_the_system_whose_work_is_here_are_made_once_at_start()
    {
        ProbeJob[] work = [new(JobType.DataStatistics), new(JobType.ValidationResultsNotification)];
        await using (var first = await SchedulerHost.StartAsync(_store, work))
        {
            Assert.Equal(
                ["BFa3jDsbtdO|Data statistics|0 0 2 ? * *", "Js3vHn2AVuG|Validation result notification|0 0 7 ? * *"],
                (await first.Configurations.ListAsync(Token)).Select(j => $"{j.Uid}|{j.Name}|{j.CronExpression}"));
            await first.Configurations.PatchAsync(
                "BFa3jDsbtdO", SystemInput with { CronExpression = "0 0 4 ? * *" }, null, SchedulerHost.Admin, false, Token);
        }

        await using var second = await SchedulerHost.StartAsync(_store, work);

        Assert.Equal(["0 0 4 ? * *", "0 0 7 ? * *"], (await second.Configurations.ListAsync(Token)).Select(j => j.CronExpression));
    }

    [Fact]
    public async Task A_job_of_the_system_changes_in_schedule_and_name_only()
    {
        await using var host = await SchedulerHost.StartAsync(_store, [new ProbeJob(JobType.DataStatistics)]);
        var jobs = host.Configurations;
        const string Uid = "BFa3jDsbtdO";

        var renamed = await jobs.PatchAsync(Uid, SystemInput with { Name = "Mine", Code = "C" }, null, SchedulerHost.Admin, false, Token);
        var wrong = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.PatchAsync(
            Uid, SystemInput with { Name = null, Type = JobType.Test, Enabled = false }, null, SchedulerHost.Admin, false, Token).AsTask());
        var update = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.UpdateAsync(Uid, SystemInput, null, SchedulerHost.Admin, false, Token).AsTask());
        var delete = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.DeleteAsync(Uid, null, false, Token).AsTask());
        var disable = await Assert.ThrowsAsync<Dhis2Exception>(() => jobs.SetEnabledAsync(Uid, false, SchedulerHost.Admin, Token).AsTask());

        Assert.Equal("Mine", renamed.Configuration.Name);
        Assert.Equal(["E4000", "E7003", "E7003"], wrong.Reports.Select(r => r.Code));
        Assert.Equal("Only interval property can be configured for non configurable job type: `DATA_STATISTICS`", wrong.Reports[1].Message);
        Assert.Equal(("Job BFa3jDsbtdO is a system job that cannot be modified.", "E1004", 422), (update.Message, update.Code, update.HttpStatusUntil40));
        Assert.Equal("Job BFa3jDsbtdO is a system job that cannot be deleted.", delete.Message);
        Assert.Equal(ErrorKind.Conflict, disable.Kind);
    }

    [Fact]
    public async Task What_does_not_exist_is_not_found()
    {
        var jobs = (await _host.Value).Configurations;
        Func<Task>[] calls =
        [
            () => jobs.GetAsync("aB3dEfGhIj1", Token).AsTask(),
            () => jobs.UpdateAsync("aB3dEfGhIj1", Valid, null, SchedulerHost.Admin, false, Token).AsTask(),
            () => jobs.DeleteAsync("not a uid", null, false, Token).AsTask(),
            () => jobs.SetEnabledAsync("aB3dEfGhIj1", true, SchedulerHost.Admin, Token).AsTask(),
        ];

        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<Dhis2Exception>(call);
            Assert.Equal((ErrorKind.NotFound, "E1005"), (failure.Kind, failure.Code));
        }
    }

    [Fact]
    public async Task A_disabled_job_shows_when_it_would_run_and_enabling_twice_changes_nothing()
    {
        var jobs = (await _host.Value).Configurations;
        var job = (await CreateAsync(Valid)).Configuration;

        var disabled = await jobs.SetEnabledAsync(job.Uid, false, SchedulerHost.Admin, Token);
        var again = await jobs.SetEnabledAsync(job.Uid, false, SchedulerHost.Admin, Token);
        var enabled = await jobs.SetEnabledAsync(job.Uid, true, SchedulerHost.Admin, Token);

        Assert.Equal((false, 2), (disabled.Configuration.Enabled, disabled.Configuration.Revision));
        Assert.Equal(SchedulerHost.Start.AddHours(17), disabled.NextExecution);
        Assert.Equal(2, again.Configuration.Revision);
        Assert.Equal((true, 3), (enabled.Configuration.Enabled, enabled.Configuration.Revision));
    }

    [Fact]
    public async Task The_text_that_means_no_schedule_is_accepted_and_never_due()
    {
        var view = await CreateAsync(Valid with { CronExpression = "* * * * * ?" });

        Assert.Null(view.NextExecution);
        Assert.Null(view.MaxDelayedExecution);
    }

    [Fact]
    public async Task A_job_with_a_fixed_delay_that_never_ran_is_due_now()
    {
        var view = await CreateAsync(Valid with { Type = JobType.ContinuousAnalyticsTable, CronExpression = null, Delay = TimeSpan.FromSeconds(120), Enabled = true });

        Assert.Equal(SchedulerHost.Start, view.NextExecution);
        Assert.Null(view.MaxDelayedExecution);
    }

    [Fact]
    public async Task Parameters_of_another_type_and_types_that_do_not_exist_are_refused()
    {
        var parameters = await FailAsync(Valid with { Type = JobType.DataSync, Parameters = new PredictorParameters() });
        var type = await FailAsync(Valid with { Type = (JobType)999 });

        Assert.Equal((ErrorKind.InvalidArgument, ErrorKind.InvalidArgument), (parameters.Kind, type.Kind));
    }

    [Fact]
    public void Every_type_that_users_create_can_be_configured_with_its_defaults_or_says_what_it_needs()
    {
        foreach (var entry in new JobCatalog([]).UserDefinable.Where(e => e.Parameters is not null))
        {
            IMessage parameters = ParameterRules.Complete(entry.Parameters, null)!;
            var missing = ParameterRules.Check(parameters).Select(r => r.Property).ToList();
            var required = entry.Type switch
            {
                JobType.AggregateDataExchange => ["dataExchangeIds"],
                JobType.PushAnalysis => ["pushAnalysis"],
                JobType.HtmlPushAnalytics => ["dashboard", "receivers", "mode"],
                JobType.DisableInactiveUsers => ["inactiveMonths"],
                _ => Array.Empty<string>(),
            };
            Assert.Equal(required, missing);
        }
    }

    private async Task<JobView> CreateAsync(JobConfigurationInput input) =>
        await (await _host.Value).Configurations.CreateAsync(input, SchedulerHost.Admin, false, Token);

    private async Task<Dhis2Exception> FailAsync(JobConfigurationInput input) =>
        await Assert.ThrowsAsync<Dhis2Exception>(() => CreateAsync(input));

    /// <summary>An input in a shape that a public test may take.</summary>
    public sealed class JobConfigurationInputCase
    {
        internal JobConfigurationInputCase(JobConfigurationInput input) => Input = input;

        internal JobConfigurationInput Input { get; }

        /// <inheritdoc/>
        public override string ToString() => Input.ToString();
    }
}
