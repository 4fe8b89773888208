using System.Data.Common;
using System.Text;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Rows by identifier.</summary>
internal sealed class LookupTable<T>
{
    private readonly IdentifierMap _numbers = new();
    private readonly List<T> _rows = [];

    /// <summary>Reads the rows of a query whose first column is the identifier; rows without one are left out.</summary>
    public static async Task<LookupTable<T>> LoadAsync(DbConnection connection, string sql, Func<DbDataReader, T> row,
        CancellationToken cancellationToken)
    {
        var table = new LookupTable<T>();
        await foreach (var (identifier, value) in connection.StreamAsync(sql, r => (r.Text(0), row(r)), cancellationToken))
            table.Add(identifier, value);
        return table;
    }

    /// <summary>Adds a row; without an identifier nobody can ask for it.</summary>
    public void Add(string? identifier, T row)
    {
        if (identifier is null)
            return;
        _numbers.Set(identifier, _rows.Count);
        _rows.Add(row);
    }

    /// <summary>Finds a row.</summary>
    public bool TryGet(ReadOnlySpan<byte> identifier, out T row)
    {
        var number = _numbers.Get(identifier);
        row = number < 0 ? default! : _rows[number];
        return number >= 0;
    }

    /// <summary>Finds a row by a text that may be missing.</summary>
    public bool TryGet(string? identifier, out T row) => TryGet(Encoding.UTF8.GetBytes(identifier ?? ""), out row);
}
