using DuckDB.NET.Data;

namespace Dhis2Grpc.Server.Warehouse.DuckDb;

/// <summary>Says in an operator's words why DuckDB refused a file.</summary>
internal static class UnusableFile
{
    public static WarehouseUnusableException Explain(string path, DuckDBException e)
    {
        var message = e.Message;
        var reason =
            Has("lock on file") ? $"{path} is open in another process. Stop that process, or use another data directory."
            : Has("version number") || Has("newer version") || Has("newer DuckDB version")
                ? $"{path} was written by another version of DuckDB that this program cannot read. Start the program that wrote it, or use another data directory."
            : $"{path} cannot be opened: it is damaged or not a warehouse. Restore it from a backup together with its .wal file, or move it away to start with an empty one.";
        return new WarehouseUnusableException($"{reason} ({message.Trim()})", e);

        bool Has(string text) => message.Contains(text, StringComparison.OrdinalIgnoreCase);
    }
}
