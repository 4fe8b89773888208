using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>The levels that the resource tables know.</summary>
internal static class OrgUnitLevels
{
    /// <summary>How many levels _orgunitstructure has columns for; 0 also when the table does not exist.</summary>
    public static Task<int> CountAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<int>(
            "select count(*) from information_schema.columns where table_name = '_orgunitstructure' and starts_with(column_name, 'uidlevel')",
            cancellationToken);
}
