using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Dhis2Grpc.Server.Warehouse;

/// <summary>Running statements on warehouse connections: off the caller's thread, and interrupted by the token. Parameters are
/// named in the statement with a dollar sign (<c>$uid</c>) and here without it.</summary>
[SuppressMessage("Security", "CA2100", Justification = "Identifiers in statements come from metadata definitions and are quoted with Quote; values are parameters.")]
internal static class WarehouseSql
{
    /// <summary>Runs a statement, or several separated by semicolons, and returns the number of changed rows of the last.</summary>
    public static Task<int> ExecuteAsync(this DbConnection connection, string sql, CancellationToken cancellationToken,
        params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = Command(connection.CreateCommand(), sql, parameters);
        return RunAsync(command, static c => c.ExecuteNonQuery(), dispose: true, cancellationToken);
    }

    /// <summary>First value of the first row; default when there is no row or it is null.</summary>
    public static async Task<T?> ScalarAsync<T>(this DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object? Value)[] parameters)
    {
        var command = Command(connection.CreateCommand(), sql, parameters);
        var value = await RunAsync(command, static c => c.ExecuteScalar(), dispose: true, cancellationToken);
        if (value is null or DBNull) return default;
        return value is T typed
            ? typed
            : (T)Convert.ChangeType(value, Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>All rows of a small result.</summary>
    public static async Task<List<T>> ListAsync<T>(this DbConnection connection, string sql, Func<DbDataReader, T> row,
        CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var command = Command(connection.CreateCommand(), sql, parameters);
        return await RunAsync(command, c =>
        {
            using var reader = c.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(row(reader));
            return rows;
        }, dispose: true, cancellationToken);
    }

    /// <summary>Rows of a result of any size, in constant memory where the connection can stream. Nothing else may run on
    /// the connection until the enumeration ends.</summary>
    public static async IAsyncEnumerable<T> StreamAsync<T>(this DbConnection connection, string sql, Func<DbDataReader, T> row,
        [EnumeratorCancellation] CancellationToken cancellationToken, params (string Name, object? Value)[] parameters)
    {
        var created = connection is IStreamingConnection streaming ? streaming.CreateStreamingCommand() : connection.CreateCommand();
        await using var command = Command(created, sql, parameters);
        await using var reader = await RunAsync(command, static c => c.ExecuteReader(), dispose: false, cancellationToken);
        await using var interrupt = cancellationToken.UnsafeRegister(static c => ((DbCommand)c!).Cancel(), command);
        while (Next(reader, cancellationToken)) yield return row(reader);
    }

    /// <summary>An identifier in quotes.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Text of a column, or null.</summary>
    public static string? Text(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static bool Next(DbDataReader reader, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return reader.Read();
        }
        catch (DbException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static DbCommand Command(DbCommand command, string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
        return command;
    }

    private static Task<T> RunAsync<T>(DbCommand command, Func<DbCommand, T> run, bool dispose, CancellationToken cancellationToken) =>
        Task.Run(() =>
        {
            try
            {
                using var interrupt = cancellationToken.UnsafeRegister(static c => ((DbCommand)c!).Cancel(), command);
                // An interrupt that came before the statement began is lost, so look once more.
                cancellationToken.ThrowIfCancellationRequested();
                return run(command);
            }
            catch (DbException) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellationToken);
            }
            finally
            {
                if (dispose) command.Dispose();
            }
        }, cancellationToken);
}
