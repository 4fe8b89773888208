using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Storage;

namespace StoreConformance;

/// <summary>Configurations: every branch of create, update and delete, and what survives.</summary>
public abstract class JobConfigurationSuite(StorePlace place) : StoreSuite(place)
{
    [Fact]
    public async Task Create_stores_revision_1_whatever_was_given()
    {
        var stored = await CreateAsync(Job("aaaaaaaaaa1") with { Revision = 17 });

        Assert.Equal(1, stored.Revision);
        Assert.Equal(stored, await Jobs.FindAsync("aaaaaaaaaa1", Cancel));
    }

    [Fact]
    public async Task A_configuration_with_all_members_survives_reopening()
    {
        var job = Job("aaaaaaaaaa1", JobType.AnalyticsTable) with
        {
            Code = "CODE_ä",
            Delay = TimeSpan.FromTicks(12_345_678_901),
            SchedulingType = SchedulingType.FixedDelay,
            Parameters = new AnalyticsTableParameters { LastYears = 2, SkipResourceTables = true },
            Enabled = false,
            TimeZone = "Africa/Kampala",
            CatchUpWindow = TimeSpan.FromHours(7),
            ExecutedBy = "xE7jOejl9FI",
            QueueName = "night",
            QueuePosition = 0,
            Created = T0.AddTicks(1),
            LastUpdated = T0.AddTicks(7),
            LastUpdatedBy = "GOLswS44mh8",
            ExtraJson = """{"translations":[{"locale":"fr","value":"tâche"}]}""",
        };
        var stored = await CreateAsync(job);

        await ReopenAsync();

        Assert.Equal(stored, await Jobs.FindAsync(job.Uid, Cancel));
        Assert.Equal(job with { Revision = 1 }, stored);
    }

    [Fact]
    public async Task A_configuration_with_the_least_members_survives_reopening()
    {
        var stored = await CreateAsync(Job("aaaaaaaaaa1") with { CronExpression = null });

        await ReopenAsync();

        Assert.Equal(stored, await Jobs.FindAsync("aaaaaaaaaa1", Cancel));
    }

    [Theory]
    [InlineData("Emoji 🧮 and 表 and \u0000 and \"quotes\"\n")]
    [InlineData("ÀÉÎÕÜ")]
    public async Task Any_name_survives_reopening(string name)
    {
        var stored = await CreateAsync(Job("aaaaaaaaaa1", name: name));

        await ReopenAsync();

        Assert.Equal(stored, await Jobs.FindAsync("aaaaaaaaaa1", Cancel));
        var other = await Jobs.CreateAsync(Job("aaaaaaaaaa2", name: name), Cancel);
        Assert.Equal(JobWriteResult.NameTaken, other.Result);
    }

    [Fact]
    public async Task Long_texts_survive_reopening()
    {
        var name = new string('n', 5_000);
        var extra = $$"""{"translations":"{{new string('ж', 200_000)}}"}""";
        var stored = await CreateAsync(Job("aaaaaaaaaa1", name: name) with { ExtraJson = extra });

        await ReopenAsync();

        Assert.Equal(stored, await Jobs.FindAsync("aaaaaaaaaa1", Cancel));
    }

    [Fact]
    public async Task Uids_and_names_that_differ_by_case_are_different()
    {
        await CreateAsync(Job("aaaaaaaaaaB", name: "night job"));
        await CreateAsync(Job("aaaaaaaaaab", name: "Night job"));

        await ReopenAsync();

        Assert.Equal(2, (await Jobs.ListAsync(Cancel)).Count);
        Assert.Equal("Night job", (await Jobs.FindAsync("aaaaaaaaaab", Cancel))!.Name);
        Assert.Equal("night job", (await Jobs.FindAsync("aaaaaaaaaaB", Cancel))!.Name);
    }

    [Fact]
    public async Task Create_refuses_a_taken_uid()
    {
        var first = await CreateAsync(Job("aaaaaaaaaa1"));

        var write = await Jobs.CreateAsync(Job("aaaaaaaaaa1", name: "other"), Cancel);

        Assert.Equal(new JobWrite(JobWriteResult.UidTaken, first), write);
        Assert.Equal(first, await Jobs.FindAsync("aaaaaaaaaa1", Cancel));
    }

    [Fact]
    public async Task Create_refuses_a_taken_name_or_code_and_names_its_holder()
    {
        await CreateAsync(Job("aaaaaaaaaa1", name: "taken") with { Code = "C" });

        var name = await Jobs.CreateAsync(Job("aaaaaaaaaa2", name: "taken"), Cancel);
        var code = await Jobs.CreateAsync(Job("aaaaaaaaaa2", name: "free") with { Code = "C" }, Cancel);

        Assert.Equal(new JobWrite(JobWriteResult.NameTaken, null, "aaaaaaaaaa1"), name);
        Assert.Equal(new JobWrite(JobWriteResult.CodeTaken, null, "aaaaaaaaaa1"), code);
        Assert.Null(await Jobs.FindAsync("aaaaaaaaaa2", Cancel));
    }

    [Fact]
    public async Task Update_makes_the_next_revision_and_survives_reopening()
    {
        var first = await CreateAsync(Job("aaaaaaaaaa1"));

        var write = await Jobs.UpdateAsync(first with { Name = "renamed", CronExpression = null, Delay = TimeSpan.FromSeconds(5) }, Cancel);

        Assert.Equal(JobWriteResult.Written, write.Result);
        Assert.Equal(2, write.Configuration!.Revision);
        await ReopenAsync();
        Assert.Equal(write.Configuration, await Jobs.FindAsync("aaaaaaaaaa1", Cancel));
    }

    [Fact]
    public async Task Update_refuses_another_revision_and_returns_the_stored()
    {
        var first = await CreateAsync(Job("aaaaaaaaaa1"));
        var second = (await Jobs.UpdateAsync(first with { Name = "second" }, Cancel)).Configuration!;

        var write = await Jobs.UpdateAsync(first with { Name = "lost" }, Cancel);

        Assert.Equal(new JobWrite(JobWriteResult.RevisionChanged, second), write);
        Assert.Equal(second, await Jobs.FindAsync("aaaaaaaaaa1", Cancel));
    }

    [Fact]
    public async Task Update_of_an_unknown_uid_is_not_found()
    {
        var write = await Jobs.UpdateAsync(Job("aaaaaaaaaa1") with { Revision = 1 }, Cancel);

        Assert.Equal(new JobWrite(JobWriteResult.NotFound, null), write);
        Assert.Empty(await Jobs.ListAsync(Cancel));
    }

    [Fact]
    public async Task Update_refuses_names_and_codes_of_others_but_keeps_its_own()
    {
        await CreateAsync(Job("aaaaaaaaaa1", name: "one") with { Code = "1" });
        var two = await CreateAsync(Job("aaaaaaaaaa2", name: "two") with { Code = "2" });

        Assert.Equal(JobWriteResult.NameTaken, (await Jobs.UpdateAsync(two with { Name = "one" }, Cancel)).Result);
        Assert.Equal(JobWriteResult.CodeTaken, (await Jobs.UpdateAsync(two with { Code = "1" }, Cancel)).Result);
        Assert.Equal(two, await Jobs.FindAsync("aaaaaaaaaa2", Cancel));
        Assert.Equal(JobWriteResult.Written, (await Jobs.UpdateAsync(two with { Delay = TimeSpan.FromSeconds(1) }, Cancel)).Result);
    }

    [Fact]
    public async Task Renaming_and_deleting_free_the_old_name_and_code()
    {
        var one = await CreateAsync(Job("aaaaaaaaaa1", name: "one") with { Code = "1" });
        await Jobs.UpdateAsync(one with { Name = "uno", Code = null }, Cancel);
        await CreateAsync(Job("aaaaaaaaaa2", name: "one") with { Code = "1" });
        await Jobs.DeleteAsync("aaaaaaaaaa2", null, Cancel);

        await ReopenAsync();

        await CreateAsync(Job("aaaaaaaaaa3", name: "one") with { Code = "1" });
        Assert.Equal(JobWriteResult.NameTaken, (await Jobs.CreateAsync(Job("aaaaaaaaaa4", name: "uno"), Cancel)).Result);
    }

    [Fact]
    public async Task Delete_minds_the_revision_only_when_given()
    {
        var first = await CreateAsync(Job("aaaaaaaaaa1"));
        await CreateAsync(Job("aaaaaaaaaa2"));

        Assert.Equal(new JobWrite(JobWriteResult.RevisionChanged, first), await Jobs.DeleteAsync("aaaaaaaaaa1", 2, Cancel));
        Assert.Equal(JobWriteResult.Written, (await Jobs.DeleteAsync("aaaaaaaaaa1", 1, Cancel)).Result);
        Assert.Equal(JobWriteResult.Written, (await Jobs.DeleteAsync("aaaaaaaaaa2", null, Cancel)).Result);
        Assert.Equal(new JobWrite(JobWriteResult.NotFound, null), await Jobs.DeleteAsync("aaaaaaaaaa2", null, Cancel));
        await ReopenAsync();
        Assert.Empty(await Jobs.ListAsync(Cancel));
    }

    [Fact]
    public async Task The_list_by_name_follows_every_change_and_a_list_once_read_stays_as_it_was()
    {
        await CreateAsync(Job("aaaaaaaaaa3") with { Name = "b" });
        var big = await CreateAsync(Job("aaaaaaaaaa1") with { Name = "B" });
        await CreateAsync(Job("aaaaaaaaaa2") with { Name = "c" });
        var before = await Jobs.ListByNameAsync(Cancel);
        Assert.Equal(["aaaaaaaaaa1", "aaaaaaaaaa3", "aaaaaaaaaa2"], before.Select(j => j.Uid));

        await CreateAsync(Job("aaaaaaaaaa4") with { Name = "A" });
        await Jobs.UpdateAsync(big with { Name = "d" }, Cancel);
        await Jobs.DeleteAsync("aaaaaaaaaa2", null, Cancel);

        Assert.Equal(["A", "b", "d"], (await Jobs.ListByNameAsync(Cancel)).Select(j => j.Name));
        Assert.Equal(["B", "b", "c"], before.Select(j => j.Name));
        await ReopenAsync();
        Assert.Equal(["A", "b", "d"], (await Jobs.ListByNameAsync(Cancel)).Select(j => j.Name));
    }

    [Fact]
    public async Task Records_show_states_in_the_order_of_names_and_stay_as_they_were_read()
    {
        var one = await CreateAsync(Job("aaaaaaaaaa1") with { Name = "b" });
        await CreateAsync(Job("aaaaaaaaaa2") with { Name = "A" });
        var before = await Jobs.ListRecordsAsync(Cancel);
        await CompleteAsync(one, T0);
        var after = await Jobs.ListRecordsAsync(Cancel);

        Assert.Equal(["A", "b"], after.Select(r => r.Configuration.Name));
        Assert.All(before, r => Assert.Null(r.State));
        Assert.Null(after[0].State);
        Assert.Equal(await Jobs.GetStateAsync(one.Uid, Cancel), after[1].State);
        await ReopenAsync();
        Assert.Equal(after.Select(r => (r.Configuration, r.State)), (await Jobs.ListRecordsAsync(Cancel)).Select(r => (r.Configuration, r.State)));
    }

    [Fact]
    public async Task Clashing_are_those_that_share_what_must_be_unique()
    {
        var first = await CreateAsync(Job("aaaaaaaaaa1") with { Name = "one", Code = "C", CronExpression = "0 0 1 * * ?" });
        await CreateAsync(Job("aaaaaaaaaa2") with { Name = "two", Code = null, CronExpression = "0 0 2 * * ?" });
        await CreateAsync(Job("aaaaaaaaaa3") with { Name = "three", Code = null, CronExpression = null });
        var wish = Job("aaaaaaaaaa9") with { Name = "nine", Code = null, CronExpression = null };

        await ClashAsync(wish);
        await ClashAsync(wish with { Name = "two" }, "aaaaaaaaaa2");
        await ClashAsync(wish with { Code = "C" }, "aaaaaaaaaa1");
        await ClashAsync(wish with { CronExpression = "0 0 2 * * ?" }, "aaaaaaaaaa2");
        await ClashAsync(wish with { Type = Dhis2.Scheduling.V1.JobType.Predictor, CronExpression = "0 0 2 * * ?" });
        await ClashAsync(wish with { Uid = "aaaaaaaaaa3", Name = "two", Code = "C" }, "aaaaaaaaaa1", "aaaaaaaaaa2", "aaaaaaaaaa3");

        await Jobs.UpdateAsync(first with { Name = "first", Code = null, CronExpression = "0 0 2 * * ?" }, Cancel);
        await Jobs.DeleteAsync("aaaaaaaaaa2", null, Cancel);
        await ReopenAsync();
        await ClashAsync(wish with { Name = "one", Code = "C" });
        await ClashAsync(wish with { CronExpression = "0 0 2 * * ?" }, "aaaaaaaaaa1");

        async Task ClashAsync(Dhis2Grpc.Server.Scheduling.JobConfiguration job, params string[] expected) =>
            Assert.Equal(expected, (await Jobs.ListClashingAsync(job, Cancel)).Select(j => j.Uid).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Delete_removes_the_state_for_a_later_job_of_the_same_uid_and_keeps_the_history()
    {
        var job = await CreateAsync(Job("aaaaaaaaaa1"));
        var run = await CompleteAsync(job, T0);
        await Jobs.DeleteAsync(job.Uid, null, Cancel);
        await CreateAsync(Job("aaaaaaaaaa1"));

        Assert.Equal(new JobState { JobUid = job.Uid }, await Jobs.GetStateAsync(job.Uid, Cancel));
        await ReopenAsync();
        Assert.Equal(new JobState { JobUid = job.Uid }, await Jobs.GetStateAsync(job.Uid, Cancel));
        Assert.Empty(await Jobs.ListStatesAsync(Cancel));
        Assert.Equal(JobRunOutcome.Completed, (await Jobs.FindRunAsync(run.RunId, Cancel))!.Outcome);
    }

    [Fact]
    public async Task Several_are_updated_together_or_not_at_all()
    {
        var one = await CreateAsync(Job("aaaaaaaaaa1"));
        var two = await CreateAsync(Job("aaaaaaaaaa2"));
        var three = await CreateAsync(Job("aaaaaaaaaa3"));

        var written = await Jobs.TryUpdateAsync([two with { QueueName = "Q", QueuePosition = 0 }, one with { QueueName = "Q", QueuePosition = 1 }], Cancel);

        Assert.Equal([(two.Uid, 2L), (one.Uid, 2L)], written!.Select(j => (j.Uid, j.Revision)));
        Assert.Null(await Jobs.TryUpdateAsync([three with { QueueName = "Q" }, one with { QueueName = "P" }], Cancel));
        Assert.Null(await Jobs.TryUpdateAsync([three with { QueueName = "Q" }, Job("unknownunkn")], Cancel));
        Assert.Null(await Jobs.TryUpdateAsync([three with { QueueName = "Q" }, written![0] with { Name = one.Name }], Cancel));
        Assert.Empty((await Jobs.TryUpdateAsync([], Cancel))!);
        for (var pass = 0; pass < 2; pass++)
        {
            Assert.Equal([.. written, three], (await Jobs.ListAsync(Cancel)).OrderBy(j => j.QueuePosition ?? 9));
            await ReopenAsync();
        }
    }

    [Fact]
    public async Task Of_many_creations_of_one_name_at_once_one_wins()
    {
        var writes = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            i => Task.Run(() => Jobs.CreateAsync(Job($"aaaaaaaaa{i:00}", name: "same"), Cancel).AsTask(), Cancel)));

        var winner = Assert.Single(writes, w => w.Result == JobWriteResult.Written).Configuration!;
        Assert.Equal(49, writes.Count(w => w.Result == JobWriteResult.NameTaken && w.OtherUid == winner.Uid));
        Assert.Equal(winner, Assert.Single(await Jobs.ListAsync(Cancel)));
    }

    [Fact]
    public async Task Of_many_updates_of_one_revision_at_once_one_wins()
    {
        var first = await CreateAsync(Job("aaaaaaaaaa1"));

        var writes = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            i => Task.Run(() => Jobs.UpdateAsync(first with { Name = $"name {i}" }, Cancel).AsTask(), Cancel)));

        var winner = Assert.Single(writes, w => w.Result == JobWriteResult.Written).Configuration;
        Assert.All(writes, w => Assert.Equal(winner, w.Configuration));
        await ReopenAsync();
        Assert.Equal(winner, await Jobs.FindAsync("aaaaaaaaaa1", Cancel));
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(
            async () =>
            {
                for (var i = 0; i < 40; i++)
                {
                    var job = await CreateAsync(Job($"w{w}aaaaaa{i:000}"));
                    if (i % 4 == 0)
                        await Jobs.DeleteAsync(job.Uid, 1, Cancel);
                    else
                        await Jobs.UpdateAsync(job with { Name = $"changed {w} {i}" }, Cancel);
                }
            },
            Cancel)));

        await ReopenAsync();

        var jobs = await Jobs.ListAsync(Cancel);
        Assert.Equal(8 * 30, jobs.Count);
        Assert.All(jobs, j => Assert.Equal(2, j.Revision));
        Assert.All(jobs, j => Assert.StartsWith("changed ", j.Name, StringComparison.Ordinal));
    }
}
