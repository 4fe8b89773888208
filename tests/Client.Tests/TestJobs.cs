using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client;
using Dhis2Grpc.Client.Connection;
using Dhis2Grpc.Client.Jobs;

namespace Client.Tests;

/// <summary>Clients of a test node, and TEST jobs that last as long as a test needs.</summary>
internal static class TestJobs
{
    /// <summary>How long anything may take before a test fails.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>The administrator.</summary>
    public static Dhis2Client Connect(this TestNode node, Uri? through = null) =>
        Dhis2Client.Connect(through ?? node.GrpcUrl, new Dhis2Credentials("admin", "district"));

    /// <summary>A token that ends a test which hangs.</summary>
    public static CancellationTokenSource LimitedToken()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(Limit);
        return source;
    }

    /// <summary>Creates a TEST job; without arguments it ends at once.</summary>
    public static async Task<JobConfiguration> CreateTestJobAsync(
        this Dhis2Client client, string name, TestParameters? parameters = null)
    {
        var job = new JobConfiguration
        {
            Name = name,
            JobType = JobType.Test,
            CronExpression = CronSchedules.OnRequest,
            Test = parameters ?? new(),
        };
        return await client.JobConfigurations.CreateAsync(job, cancellationToken: TestContext.Current.CancellationToken);
    }
}
