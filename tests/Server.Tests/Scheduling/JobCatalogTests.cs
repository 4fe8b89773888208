using System.Globalization;
using Dhis2.Rest.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Jobs.Test;
using Dhis2Grpc.Server.Scheduling;
using JobConfigurationMessage = Dhis2.Scheduling.V1.JobConfiguration;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class JobCatalogTests
{
    private readonly JobCatalog _catalog = new([new TestJob(TimeProvider.System)]);

    [Fact]
    public void Every_parameter_field_is_named_like_its_job_type_in_lower_case()
    {
        var fields = JobConfigurationMessage.Descriptor.Oneofs.Single(o => o.Name == "job_parameters").Fields;

        Assert.All(fields, f => Assert.Single(_catalog.All, e => e.OneofField == f));
        Assert.All(_catalog.All.Where(e => e.OneofField is not null), e =>
            Assert.Equal(e.WireName.ToLower(CultureInfo.InvariantCulture), e.OneofField!.Name));
    }

    [Fact]
    public void Only_types_that_users_create_have_parameters_and_each_parameter_says_how_it_looks() =>
        Assert.All(_catalog.All.Where(e => e.Parameters is not null), e =>
        {
            Assert.True(e.UserDefinable);
            Assert.All(e.Parameters!.Fields.InDeclarationOrder(), f =>
                Assert.NotNull(f.GetOptions()?.GetExtension(AnnotationsExtensions.RestField)?.Parameter));
        });

    [Fact]
    public void Every_type_has_names_and_knows_how_it_comes_due()
    {
        Assert.Equal(Enum.GetValues<JobType>().Length - 1, _catalog.All.Count);
        Assert.All(_catalog.All, e => Assert.NotEmpty(e.Key));
        Assert.All(_catalog.UserDefinable, e => Assert.Equal(
            e.Type == JobType.ContinuousAnalyticsTable ? SchedulingType.FixedDelay : SchedulingType.Cron, e.SchedulingType));
        Assert.Equal(24, _catalog.UserDefinable.Count);
    }

    [Fact]
    public void Knows_the_work_that_is_built_and_the_work_that_is_not()
    {
        Assert.True(_catalog.TryGet(JobType.Test, out var test));
        Assert.True(_catalog.TryGet(JobType.MetaDataSync, out var sync));

        Assert.IsType<TestJob>(test.Job);
        Assert.Null(sync.Job);
        Assert.Equal(("META_DATA_SYNC", "Meta data sync", "metadataSyncJob"), (sync.WireName, sync.DisplayName, sync.Key));
    }

    [Fact]
    public void Two_jobs_of_one_type_are_a_mistake() =>
        Assert.Throws<InvalidOperationException>(() => new JobCatalog([new TestJob(TimeProvider.System), new TestJob(TimeProvider.System)]));

    [Fact]
    public void A_job_of_a_type_that_the_contract_does_not_know_is_a_mistake() =>
        Assert.Throws<InvalidOperationException>(() => new JobCatalog([new StrangeJob()]));

    private sealed class StrangeJob : IJob
    {
        public JobType Type => (JobType)9999;

        public Task RunAsync(JobRunContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
