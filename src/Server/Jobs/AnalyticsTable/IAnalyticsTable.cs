using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Jobs.AnalyticsTable;

/// <summary>The building of one type of analytics table.</summary>
internal interface IAnalyticsTable
{
    /// <summary>The type.</summary>
    AnalyticsTableType Type { get; }

    /// <summary>Renews the tables of the type as stages of the open process. Readers keep the previous tables until all
    /// stages went well; a failure or cancellation changes nothing.</summary>
    Task RunAsync(AnalyticsUpdate update, IJobProgress progress, CancellationToken cancellationToken);
}
