using DuckDB.NET.Data;
using DuckDBDateOnly = DuckDB.NET.Native.DuckDBDateOnly;

namespace Dhis2Grpc.Server.Warehouse.DuckDb;

/// <summary>Rows through DuckDB's appender.</summary>
internal sealed class DuckDbLoad(DuckDBAppender appender) : IBulkLoad
{
    private IDuckDBAppenderRow? _row;

    private IDuckDBAppenderRow Row => _row ??= appender.CreateRow();

    public IBulkLoad Add(long? value)
    {
        Row.AppendValue(value);
        return this;
    }

    public IBulkLoad Add(int? value)
    {
        Row.AppendValue(value);
        return this;
    }

    public IBulkLoad Add(string? value)
    {
        if (value is null) Row.AppendNullValue();
        else Row.AppendValue(value);
        return this;
    }

    public IBulkLoad Add(double? value)
    {
        Row.AppendValue(value);
        return this;
    }

    public IBulkLoad Add(bool? value)
    {
        Row.AppendValue(value);
        return this;
    }

    public IBulkLoad Add(DateTime? value)
    {
        Row.AppendValue(value);
        return this;
    }

    public IBulkLoad Add(DateOnly? value)
    {
        Row.AppendValue(value is { } date ? (DuckDBDateOnly?)date : null);
        return this;
    }

    public IBulkLoad Add(byte[]? value)
    {
        if (value is null) Row.AppendNullValue();
        else Row.AppendValue(value);
        return this;
    }

    public void EndRow()
    {
        Row.EndRow();
        _row = null;
    }

    public void Dispose() => appender.Dispose();
}
