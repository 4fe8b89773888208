using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine;
using Dhis2Grpc.Client.CommandLine.Json;
using Google.Protobuf.WellKnownTypes;

namespace Client.Tests.CommandLine;

public sealed class JsonTests
{
    [Fact]
    public void Messages_are_written_in_DHIS2_names_with_seconds_and_UTC_times()
    {
        var job = new JobConfiguration
        {
            Id = "abcdefghijk",
            Name = "Überprüfung <1>",
            JobType = JobType.AnalyticsTable,
            Delay = Duration.FromTimeSpan(TimeSpan.FromSeconds(1.5)),
            Enabled = false,
            LastExecuted = new DateTime(2024, 2, 29, 1, 2, 3, 4, DateTimeKind.Utc).ToTimestamp(),
            AnalyticsTable = new AnalyticsTableParameters { LastYears = 2, SkipTableTypes = { AnalyticsTableType.Event } },
        };
        var json = MessageJson.Format(job, indented: false);
        Assert.StartsWith("{\"id\":\"abcdefghijk\",\"name\":\"Überprüfung <1>\",", json, StringComparison.Ordinal);
        Assert.Contains("\"lastExecuted\":\"2024-02-29T01:02:03.004Z\"", json, StringComparison.Ordinal);
        Assert.Contains("\"jobType\":\"ANALYTICS_TABLE\",\"delay\":1.5,\"enabled\":false", json, StringComparison.Ordinal);
        Assert.Contains(
            "\"jobParameters\":{\"lastYears\":2,\"skipTableTypes\":[\"EVENT\"],\"skipPrograms\":[],\"skipResourceTables\":false,\"skipOutliers\":false}",
            json, StringComparison.Ordinal);
        Assert.DoesNotContain("cronExpression", json, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_can_be_read_again()
    {
        var job = new JobConfiguration
        {
            Id = "abcdefghijk",
            Name = "round",
            JobType = JobType.Test,
            CronExpression = "0 0 1 * * ?",
            Enabled = true,
            TimeZone = "Africa/Nairobi",
            Test = new TestParameters { WaitMillis = 5_000_000_000, Items = 3, FailWithPolicy = FailurePolicy.SkipStage },
        };
        Assert.Equal(job, JobJson.Parse(MessageJson.Format(job)));
    }

    [Theory]
    [InlineData("{\"name\":\"a\",\"jobType\":\"CONTINUOUS_ANALYTICS_TABLE\",\"delay\":\"120\",}", 120)]
    [InlineData("{\"name\":\"a\",\"jobType\":\"CONTINUOUS_ANALYTICS_TABLE\",\"delay\":120,\"jobParameters\":{\"lastYears\":\"2\"}}", 120)]
    [InlineData("{\"name\":\"a\",\"jobType\":\"CONTINUOUS_ANALYTICS_TABLE\",\"delay\":\"00:02:30\"}", 150)]
    public void The_forms_of_DHIS2_are_read(string json, int seconds) =>
        Assert.Equal(seconds, JobJson.Parse(json).Delay.Seconds);

    [Theory]
    [InlineData("{\"name\":\"a\",\"nmae\":\"b\"}", "no member 'nmae'")]
    [InlineData("[1]", "must be a JSON object")]
    [InlineData("{\"jobType\":\"X\"}", "no job type")]
    [InlineData("{\"enabled\":\"perhaps\"}", "true or false")]
    [InlineData("{\"jobParameters\":{\"a\":1}}", "need a job type")]
    [InlineData("{\"jobType\":\"TEST\",\"jobParameters\":{\"items\":\"many\"}}", "parameters are wrong")]
    public void What_makes_no_sense_is_refused_with_its_name(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<CommandException>(() => JobJson.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Job_types_are_found_in_any_case_and_with_dashes()
    {
        Assert.True(WireNames.TryJobType("analytics-table", out var type));
        Assert.Equal(JobType.AnalyticsTable, type);
        Assert.False(WireNames.TryJobType("UNSPECIFIED", out _));
    }

    [Fact]
    public void Maps_of_lists_are_flat()
    {
        var response = new ListRunningResponse
        {
            Types_ = { ["TEST"] = new JobProcessOverviewList { Processes = { new JobProcessOverview { JobId = "j", Status = ProgressStatus.Running } } } },
        };
        Assert.Equal(
            "{\"types\":{\"TEST\":[{\"jobId\":\"j\",\"status\":\"RUNNING\",\"stages\":[]}]}}",
            MessageJson.Format(response, indented: false));
    }
}
