using System.Globalization;
using DuckDB.NET.Data;

namespace Dhis2Grpc.Server.Warehouse.DuckDb;

/// <summary>The schema's versions. Each is a script that leads from the one before to it; all that are missing run in one
/// transaction. A released script never changes.</summary>
internal static class WarehouseSchema
{
    /// <summary>The version that this program reads and writes.</summary>
    public const int Version = 8;

    /// <summary>Brings the open file to <see cref="Version"/> and returns the version before and after; 0 is an empty file.</summary>
    /// <exception cref="WarehouseUnusableException">The file's schema is newer than this program.</exception>
    public static (int From, int To) Migrate(DuckDBConnection connection, string path)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, "create table if not exists schemaversion (version integer not null)");
        var from = Convert.ToInt32(Execute(connection, "select coalesce(max(version), 0) from schemaversion"), CultureInfo.InvariantCulture);
        if (from > Version)
            throw new WarehouseUnusableException(
                $"{path} has schema version {from}, and this program knows versions up to {Version}. Start the newer program that wrote it, or use another data directory.");
        for (var version = from + 1; version <= Version; version++)
        {
            Execute(connection, Script(version));
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"delete from schemaversion; insert into schemaversion values ({version})"));
        }
        transaction.Commit();
        return (from, Version);
    }

    private static object? Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static string Script(int version)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{typeof(WarehouseSchema).Namespace}.Schema.V{version}.sql");
        using var stream = typeof(WarehouseSchema).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The schema script {name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
