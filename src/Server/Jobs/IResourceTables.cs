using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Jobs;

/// <summary>The resource tables: metadata flattened for analytics and reports. Their job builds them, and so does the
/// analytics job before its own work.</summary>
internal interface IResourceTables
{
    /// <summary>Builds all tables beside those in use and swaps them in one transaction, as three stages of the open
    /// process. Records the start time in the settings when that went well.</summary>
    /// <returns>Whether the tables are new; false when a table failed, and all previous tables stay.</returns>
    Task<bool> RunAsync(JobRunContext context, CancellationToken cancellationToken);
}
