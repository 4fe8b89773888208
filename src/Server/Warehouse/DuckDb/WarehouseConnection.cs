using System.Data.Common;
using DuckDB.NET.Data;

namespace Dhis2Grpc.Server.Warehouse.DuckDb;

/// <summary>A connection that can stream.</summary>
internal sealed class WarehouseConnection(string connectionString) : DuckDBConnection(connectionString), IStreamingConnection
{
    public DbCommand CreateStreamingCommand()
    {
        var command = (DuckDBCommand)CreateDbCommand();
        command.UseStreamingMode = true;
        return command;
    }
}
