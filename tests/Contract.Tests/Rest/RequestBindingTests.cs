using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Dhis2.Scheduling.V1;
using Google.Protobuf.WellKnownTypes;

namespace Contract.Tests.Rest;

public sealed class RequestBindingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, Func<JobConfiguration, bool>> Bodies => new()
    {
        // The document's own examples, word for word but for the placeholders of the first.
        {
            """
            {
              "name": "Resource tables",
              "jobType": "RESOURCE_TABLE",
              "cronExpression": "0 * * ? * *",
            }
            """,
            j => j is { Name: "Resource tables", JobType: JobType.ResourceTable, CronExpression: "0 * * ? * *", HasEnabled: false }
        },
        {
            """
            {
              "name": "Analytics tables last two years",
              "jobType": "ANALYTICS_TABLE",
              "cronExpression": "0 * * ? * *",
              "jobParameters": {
                "lastYears": "2",
                "skipTableTypes": [],
                "skipResourceTables": false
              }
            }
            """,
            j => j.AnalyticsTable is { LastYears: 2, SkipTableTypes.Count: 0, SkipResourceTables: false }
        },
        {
            """
            {
               "name": "Push anlysis charts",
               "jobType": "PUSH_ANALYSIS",
               "cronExpression": "0 * * ? * *",
               "jobParameters": {
                 "pushAnalysis": [
                   "jtcMAKhWwnc"
                 ]
                }
             }
            """,
            j => j.PushAnalysis.PushAnalysis.SequenceEqual(["jtcMAKhWwnc"])
        },
        {
            """
            {
              "name": "Continuous analytics table",
              "jobType": "CONTINUOUS_ANALYTICS_TABLE",
              "delay": "120",
              "jobParameters": {
                "fullUpdateHourOfDay": 4
              }
            }
            """,
            j => j.Delay.Seconds == 120 && j.ContinuousAnalyticsTable.FullUpdateHourOfDay == 4
        },
        // Leniency of DHIS2's reader.
        { """{"jobParameters": {"lastYears": 2.9}, "jobType": "ANALYTICS_TABLE"}""", j => j.AnalyticsTable.LastYears == 2 },
        { """{"jobType": "ANALYTICS_TABLE", "jobParameters": {"skipTableTypes": null, "lastYears": null}}""", j => j.AnalyticsTable is { HasLastYears: false } },
        { """{"jobType": "ANALYTICS_TABLE", "jobParameters": {"skipTableTypes": ["EVENT", "EVENT", "DATA_VALUE"]}}""", j => j.AnalyticsTable.SkipTableTypes.SequenceEqual([AnalyticsTableType.Event, AnalyticsTableType.DataValue]) },
        { """{"jobType": "ANALYTICS_TABLE", "jobParameters": {"skipResourceTables": "true", "nope": {"deep": [1]}}, "nope": [[]]}""", j => j.AnalyticsTable.SkipResourceTables },
        { """{"jobType": "PUSH_ANALYSIS", "jobParameters": {"pushAnalysis": "jtcMAKhWwnc"}}""", j => j.PushAnalysis.PushAnalysis.SequenceEqual(["jtcMAKhWwnc"]) },
        { """{"jobType": "MONITORING", "jobParameters": {"sendNotification": true, "persistsResults": "true", "relativeStart": "-30"}}""", j => j.Monitoring is { SendNotifications: true, PersistResults: true, RelativeStart: -30 } },
        { """{"jobType": "MONITORING", "jobParameters": {"sendNotifications": true, "persistResults": true}}""", j => j.Monitoring is { SendNotifications: true, PersistResults: true } },
        { """{"jobType": "RESOURCE_TABLE", "jobParameters": {"lastYears": 1}}""", j => j.JobParametersCase == JobConfiguration.JobParametersOneofCase.None },
        { """{"jobType": "ANALYTICS_TABLE", "jobParameters": null}""", j => j.JobParametersCase == JobConfiguration.JobParametersOneofCase.None },
        { """{"name": "", "code": "", "cronExpression": ""}""", j => j is { Name: "", HasCode: false, HasCronExpression: false } },
        { """{"name": 42, "code": true}""", j => j is { Name: "42", Code: "true" } },
        { """{"id": "aB3dEfGhIj1", "displayName": "x", "created": "2024", "jobStatus": "RUNNING", "etag": "1", "schedulingType": "CRON"}""", j => j is { Id: "aB3dEfGhIj1", DisplayName: "", Created: null, JobStatus: JobStatus.Unspecified, Etag: "", SchedulingType: SchedulingType.Unspecified } },
        { """{"enabled": "false", "delay": 120.7}""", j => j is { HasEnabled: true, Enabled: false, Delay.Seconds: 120 } },
        { """{"translations": [{"locale": "fr", "property": "NAME", "value": "Nom"}], "attributeValues": [{"value": "v", "attribute": {"id": "aB3dEfGhIj1"}}]}""", j => j.Translations.Single().Locale == "fr" && j.AttributeValues.Single().Attribute.Id == "aB3dEfGhIj1" },
        { """{"name": "a", "name": "b"}""", j => j.Name == "b" },
        { "\uFEFF{\"name\": \"mark\"}", j => j.Name == "mark" },
        { """{"name": "Bj\u00f8rn \ud83d\ude00"}""", j => j.Name == "Bjørn 😀" },
    };

    [Theory]
    [MemberData(nameof(Bodies), DisableDiscoveryEnumeration = true)]
    public async Task Bodies_are_read_as_DHIS2_reads_them(string body, Func<JobConfiguration, bool> expected)
    {
        await using var edge = await EdgeHost.StartAsync();

        var response = await edge.Http.PostAsync("/api/jobConfigurations", Json(body), Cancel);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var job = Assert.IsType<CreateJobConfigurationRequest>(Assert.Single(edge.Jobs.Received)).JobConfiguration;
        Assert.True(expected(job), job.ToString());
    }

    [Theory]
    [InlineData("/api/jobConfigurations", "/api")]
    [InlineData("/api/33/jobConfiguration/", "/api/33")]
    public async Task A_created_object_is_answered_with_201_its_location_and_an_envelope(string path, string prefix)
    {
        await using var edge = await EdgeHost.StartAsync();

        var response = await edge.Http.PostAsync(path, Json("""{"name": "a", "jobType": "RESOURCE_TABLE"}"""), Cancel);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal($"{edge.BaseUrl}{prefix}/jobConfigurations/aB3dEfGhIj1", response.Headers.Location!.ToString());
        Assert.Equal(
            """{"httpStatus":"Created","httpStatusCode":201,"status":"OK","response":{"responseType":"ObjectReport","klass":"org.hisp.dhis.scheduling.JobConfiguration","uid":"aB3dEfGhIj1","errorReports":[]}}""",
            await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task The_path_names_the_object_of_an_update_whatever_the_body_says()
    {
        await using var edge = await EdgeHost.StartAsync();

        var response = await edge.Http.PutAsync("/api/jobConfiguration/KBcP6Qw37gT", Json(
            """
            {
              "id": "aB3dEfGhIj1",
              "name": "analytics last two years",
              "enabled": true,
              "cronExpression": "0 0 3 ? * MON",
              "jobType": "ANALYTICS_TABLE",
              "jobParameters": {
                "lastYears": "3",
                "skipTableTypes": [],
                "skipResourceTables": false
              }
            }
            """), Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var job = Assert.IsType<UpdateJobConfigurationRequest>(Assert.Single(edge.Jobs.Received)).JobConfiguration;
        Assert.Equal("KBcP6Qw37gT", job.Id);
        Assert.True(job is { Enabled: true, AnalyticsTable.LastYears: 3 });
    }

    [Fact]
    public async Task Query_parameters_are_bound_by_name_and_unknown_ones_ignored()
    {
        await using var edge = await EdgeHost.StartAsync();

        using var listed = await edge.Http.GetAsync("/api/jobConfigurations?page=2&pageSize=10&paging=false&filter=a:eq:1&filter=b:null&order=&nope=1&pageToken=x&page_token=y", Cancel);
        using var runs = await edge.Http.GetAsync("/api/jobConfigurations/aB3dEfGhIj1/runs?jobType=resource_table&state=FAILED&jobId=other", Cancel);

        var list = Assert.IsType<ListJobConfigurationsRequest>(Assert.Single(edge.Jobs.Received));
        Assert.True(list is { Page: 2, PageSize: 10, Paging: false, HasPaging: true, PageToken: "", Order.Count: 0 });
        Assert.Equal(["a:eq:1", "b:null"], list.Filter);
        var request = Assert.IsType<ListJobRunsRequest>(Assert.Single(edge.Runs.Received));
        Assert.True(request is { JobId: "aB3dEfGhIj1", JobType: JobType.ResourceTable, State: JobRunState.Failed });
    }

    [Fact]
    public async Task A_gzip_body_is_read()
    {
        await using var edge = await EdgeHost.StartAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync("""{"name": "packed"}"""u8.ToArray(), Cancel);
        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add("gzip");

        using var response = await edge.Http.PostAsync("/api/jobConfigurations", content, Cancel);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("packed", Assert.IsType<CreateJobConfigurationRequest>(Assert.Single(edge.Jobs.Received)).JobConfiguration.Name);
    }

    [Fact]
    public async Task Another_character_set_is_read()
    {
        await using var edge = await EdgeHost.StartAsync();
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes("""{"name": "Bjørn"}"""));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; charset=ISO-8859-1");

        using var response = await edge.Http.PostAsync("/api/jobConfigurations", content, Cancel);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("Bjørn", Assert.IsType<CreateJobConfigurationRequest>(Assert.Single(edge.Jobs.Received)).JobConfiguration.Name);
    }

    [Theory]
    [InlineData("text/plain", "https://play.dhis2.org/metadata.json\n")]
    [InlineData("application/json", "\"https://play.dhis2.org/metadata.json\"")]
    [InlineData("application/json", "{\"url\": \"https://play.dhis2.org/metadata.json\"}")]
    public async Task A_text_body_goes_into_the_field_that_takes_it(string type, string body)
    {
        await using var edge = await EdgeHost.StartAsync();

        using var response = await edge.Http.PostAsync("/api/33/synchronization/metadataPull", new StringContent(body, Encoding.UTF8, type), Cancel);

        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.StartsWith("""{"status":"https://play.dhis2.org/metadata.json",""", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task An_optional_body_may_be_absent_or_null(string? body)
    {
        await using var edge = await EdgeHost.StartAsync();

        using var pushed = await edge.Http.PostAsync("/api/33/synchronization/dataPush", body is null ? null : Json(body), Cancel);
        using var executed = await edge.Http.PostAsync("/api/jobConfigurations/aB3dEfGhIj1/execute", body is null ? null : Json(body), Cancel);

        Assert.Equal(HttpStatusCode.OK, pushed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, executed.StatusCode);
    }

    internal static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
