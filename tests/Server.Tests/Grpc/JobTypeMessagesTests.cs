using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Scheduling;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Tests.Grpc;

public sealed class JobTypeMessagesTests
{
    private static readonly JobTypeMessages Of240 = new(new JobCatalog([]), Options.Create(new SystemInfoOptions()));

    [Fact]
    public void Types_come_in_enum_order_with_name_key_and_scheduling() => Assert.Equal(
        [
            "DATA_INTEGRITY|Data integrity|dataIntegrityJob|Cron",
            "DATA_INTEGRITY_DETAILS|Data integrity details|dataIntegrityDetailsJob|Cron",
            "RESOURCE_TABLE|Resource table|resourceTableJob|Cron",
            "ANALYTICS_TABLE|Analytics table|analyticsTableJob|Cron",
            "CONTINUOUS_ANALYTICS_TABLE|Continuous analytics table|continuousAnalyticsTableJob|FixedDelay",
            "DATA_SYNC|Data sync|dataSyncJob|Cron",
            "TRACKER_PROGRAMS_DATA_SYNC|Tracker programs data sync|trackerProgramsDataSyncJob|Cron",
            "EVENT_PROGRAMS_DATA_SYNC|Event programs data sync|eventProgramsDataSyncJob|Cron",
            "META_DATA_SYNC|Meta data sync|metadataSyncJob|Cron",
            "AGGREGATE_DATA_EXCHANGE|Aggregate data exchange|aggregateDataExchangeJob|Cron",
            "SEND_SCHEDULED_MESSAGE|Send scheduled message|sendScheduledMessageJob|Cron",
            "PROGRAM_NOTIFICATIONS|Program notifications|programNotificationsJob|Cron",
            "MONITORING|Monitoring|monitoringJob|Cron",
            "PUSH_ANALYSIS|Push analysis|pushAnalysisJob|Cron",
            "TRACKER_SEARCH_OPTIMIZATION|Tracker search optimization|trackerSearchOptimizationJob|Cron",
            "PREDICTOR|Predictor|predictorJob|Cron",
            "DISABLE_INACTIVE_USERS|Disable inactive users|disableInactiveUsersJob|Cron",
            "TEST|Test|testJob|Cron",
        ],
        Of240.List(null).JobTypes.Select(t => $"{WireName.Of(t.JobType)}|{t.Name}|{t.Key}|{t.SchedulingType}"));

    [Theory]
    [InlineData(JobType.ResourceTable)]
    [InlineData(
        JobType.AnalyticsTable,
        "lastYears|Last years|java.lang.Integer",
        "skipTableTypes|Skip table types|java.util.Set[org.hisp.dhis.analytics.AnalyticsTableType] = [] @/api/analytics/tableTypes "
        + "{DATA_VALUE,COMPLETENESS,COMPLETENESS_TARGET,ORG_UNIT_TARGET,EVENT,ENROLLMENT,OWNERSHIP,VALIDATION_RESULT}",
        "skipPrograms|Skip programs|java.util.Set[java.lang.String] = [] @/api/programs",
        "skipResourceTables|Skip resource tables|java.lang.Boolean = false")]
    [InlineData(JobType.PushAnalysis, "pushAnalysis|Push analysis|java.util.List[java.lang.String] = [] @/api/pushAnalysis")]
    [InlineData(
        JobType.Monitoring,
        "relativeStart|Relative start|java.lang.Integer = 0",
        "relativeEnd|Relative end|java.lang.Integer = 0",
        "validationRuleGroups|Validation rule groups|java.util.List[java.lang.String] = [] @/api/validationRuleGroups",
        "sendNotifications|Send notifications|java.lang.Boolean = false",
        "persistResults|Persist results|java.lang.Boolean = false")]
    [InlineData(
        JobType.DataIntegrity,
        "type|Type|org.hisp.dhis.scheduling.parameters.DataIntegrityJobParameters$DataIntegrityReportType {REPORT,SUMMARY,DETAILS}",
        "checks|Checks|java.util.Set[java.lang.String] @/api/dataIntegrity")]
    [InlineData(
        JobType.MetaDataSync,
        "trackerProgramPageSize|Tracker program page size|java.lang.Integer = 20",
        "eventProgramPageSize|Event program page size|java.lang.Integer = 60",
        "dataValuesPageSize|Data values page size|java.lang.Integer = 10000")]
    [InlineData(JobType.DataSync, "pageSize|Page size|java.lang.Integer = 10000")]
    public void Parameters_are_described_as_DHIS2_does(JobType type, params string[] expected)
    {
        var info = Of240.List(null).JobTypes.Single(t => t.JobType == type);

        Assert.Equal(expected, info.JobParameters.Select(Describe));
        Assert.All(info.JobParameters, p =>
        {
            Assert.Equal(p.Collection, p.EmbeddedObject);
            Assert.Equal(p.Collection ? p.Name : "", p.CollectionName);
            Assert.False(p.Required);
            Assert.Equal("AUTO", p.GistPreferences.Included);
        });
    }

    [Fact]
    public void Extended_has_the_same_properties_by_type_and_name()
    {
        Assert.Equal(Of240.List(null).JobTypes.Select(t => WireName.Of(t.JobType)).Order(), Of240.Extended(null).Types_.Keys.Order());
        Assert.Empty(Of240.Extended(null).Types_["RESOURCE_TABLE"].Properties);
        Assert.Equal("java.lang.Integer", Of240.Extended(null).Types_["ANALYTICS_TABLE"].Properties["lastYears"].Klass);
    }

    [Fact]
    public void A_later_version_has_its_own_types_parameters_and_constants()
    {
        var types = Of240.List(43).JobTypes;
        var extended = Of240.Extended(43).Types_;

        Assert.Equal(
            [
                "DATA_INTEGRITY", "DATA_INTEGRITY_DETAILS", "RESOURCE_TABLE", "ANALYTICS_TABLE", "CONTINUOUS_ANALYTICS_TABLE", "DATA_SYNC",
                "SINGLE_EVENT_DATA_SYNC", "TRACKED_ENTITY_DATA_SYNC", "META_DATA_SYNC", "AGGREGATE_DATA_EXCHANGE", "SEND_SCHEDULED_MESSAGE",
                "PROGRAM_NOTIFICATIONS", "MONITORING", "HTML_PUSH_ANALYTICS", "TRACKER_TRIGRAM_INDEX_MAINTENANCE", "PREDICTOR",
                "MATERIALIZED_SQL_VIEW_UPDATE", "DISABLE_INACTIVE_USERS", "TEST", "LOCK_EXCEPTION_CLEANUP",
            ],
            types.Select(t => WireName.Of(t.JobType)));
        Assert.All(types.Single(t => t.JobType == JobType.HtmlPushAnalytics).JobParameters, p => Assert.True(p.Required));
        Assert.All(types.SelectMany(t => t.JobParameters), p => Assert.True(p.HasSortable));
        Assert.Contains("skipOutliers", extended["ANALYTICS_TABLE"].Properties.Keys);
        Assert.Contains("failWithPostCondition", extended["TEST"].Properties.Keys);
        Assert.Equal(["dataValuesPageSize"], extended["META_DATA_SYNC"].Properties.Keys);
        Assert.Equal(
            [
                "DATA_VALUE", "COMPLETENESS", "COMPLETENESS_TARGET", "ORG_UNIT_TARGET", "VALIDATION_RESULT", "EVENT", "ENROLLMENT", "OWNERSHIP",
                "TRACKED_ENTITY_INSTANCE_EVENTS", "TRACKED_ENTITY_INSTANCE_ENROLLMENTS", "TRACKED_ENTITY_INSTANCE",
            ],
            extended["ANALYTICS_TABLE"].Properties["skipTableTypes"].Constants.Values);
    }

    [Fact]
    public void An_earlier_version_lacks_what_came_later()
    {
        var extended = Of240.Extended(38).Types_;

        Assert.DoesNotContain("AGGREGATE_DATA_EXCHANGE", extended.Keys);
        Assert.DoesNotContain("OWNERSHIP", extended["ANALYTICS_TABLE"].Properties["skipTableTypes"].Constants.Values);
        Assert.Equal(extended.Keys.Order(), Of240.Extended(-1).Types_.Keys.Order());
        Assert.Equal(Of240.List(44), Of240.List(int.MaxValue));
        Assert.All(Of240.List(38).JobTypes.SelectMany(t => t.JobParameters), p => Assert.False(p.HasSortable));
    }

    private static string Describe(JobParameterProperty p) =>
        $"{p.Name}|{p.FieldName}|{p.Klass}"
        + (p.HasItemKlass ? $"[{p.ItemKlass}]" : "")
        + (p.HasDefaultValue ? $" = {p.DefaultValue}" : "")
        + (p.HasRelativeApiEndpoint ? $" @{p.RelativeApiEndpoint}" : "")
        + (p.Constants is { } c ? $" {{{string.Join(',', c.Values)}}}" : "");
}
