using System.Data.Common;
using System.Globalization;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Reading;

/// <summary>The objects of a type that a query asks for, all as of one instant. Filters and order are the warehouse's work; objects
/// come one at a time, so that lists of any length need little memory.</summary>
internal sealed class MetadataListing : IAsyncDisposable
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _snapshot;
    private readonly string _type;
    private readonly string _source;
    private readonly List<(string Sql, string Direction)> _keys = [];
    private string _where = "";
    private (string Name, object? Value)[] _parameters = [];

    private MetadataListing(DbConnection connection, DbTransaction? snapshot, string type)
    {
        (_connection, _snapshot, _type) = (connection, snapshot, type);
        _source = StoredSource.Of(type);
    }

    /// <summary>Takes the snapshot and makes the query ready. Dispose it.</summary>
    /// <exception cref="Errors.Dhis2Exception">A filter makes no sense (E1003).</exception>
    public static async Task<MetadataListing> OpenAsync(IWarehouse warehouse, string type, MetadataQuery query, CancellationToken cancellationToken)
    {
        var connection = await warehouse.OpenReadAsync(cancellationToken);
        try
        {
            return await PrepareAsync(new MetadataListing(connection, await connection.BeginTransactionAsync(cancellationToken), type), query, cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the query ready in a snapshot that the caller holds. Not to be disposed.</summary>
    /// <exception cref="Errors.Dhis2Exception">A filter makes no sense (E1003).</exception>
    public static Task<MetadataListing> OpenAsync(DbConnection snapshot, string type, MetadataQuery query, CancellationToken cancellationToken) =>
        PrepareAsync(new MetadataListing(snapshot, null, type), query, cancellationToken);

    /// <summary>Number of objects.</summary>
    public async Task<int> CountAsync(CancellationToken cancellationToken) =>
        (int)await _connection.ScalarAsync<long>($"select count(*) from {_source} where {_where}", cancellationToken, _parameters);

    /// <summary>All objects, in order.</summary>
    public IAsyncEnumerable<StoredObject> ReadAsync(CancellationToken cancellationToken) => _connection.StreamAsync(
        $"select o.uid, o.created, o.lastupdated, o.json from {_source} where {_where} order by {string.Join(", ", _keys.Select(k => $"{k.Sql} {k.Direction}"))}",
        Read, cancellationToken, _parameters);

    /// <summary>Some of the objects, in order.</summary>
    /// <param name="offset">How many to pass over.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public IAsyncEnumerable<StoredObject> ReadAsync(int offset, int limit, CancellationToken cancellationToken)
    {
        // The page is found by its keys, and only its own documents are read.
        var columns = string.Concat(_keys.Select((k, i) => string.Create(CultureInfo.InvariantCulture, $", {k.Sql} as k{i}")));
        var order = string.Join(", ", _keys.Select((k, i) => string.Create(CultureInfo.InvariantCulture, $"k{i} {k.Direction}")));
        return _connection.StreamAsync(
            string.Create(CultureInfo.InvariantCulture, $"""
                with hit as (select o.uid as hit{columns} from {_source} where {_where} order by {order} limit {limit} offset {offset})
                select o.uid, o.created, o.lastupdated, o.json from hit join {_source} on o.uid = hit.hit where o.type = $type order by {order}
                """),
            Read, cancellationToken, _parameters);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_snapshot is null) return;
        await _snapshot.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static async Task<MetadataListing> PrepareAsync(MetadataListing listing, MetadataQuery query, CancellationToken cancellationToken)
    {
        await listing.FilterAsync(query, cancellationToken);
        await listing.OrderAsync(query, cancellationToken);
        return listing;
    }

    private async Task FilterAsync(MetadataQuery query, CancellationToken cancellationToken)
    {
        var translation = new StoredCondition(query.Zone);
        var conditions = new List<string>();
        foreach (var filter in query.Filters)
        {
            if (filter.Property == ListFilter.Identifiable)
            {
                var any = new List<string>();
                foreach (var name in ListFilter.Identifying) any.Add(translation.Of(await PropertyAsync(name, cancellationToken), filter));
                conditions.Add($"({string.Join(" or ", any)})");
            }
            else
            {
                conditions.Add(translation.Of(await PropertyAsync(filter.Property, cancellationToken), filter));
            }
        }

        _where = "type = $type";
        if (conditions.Count > 0) _where += $" and ({string.Join(query.Any ? " or " : " and ", conditions)})";
        if (query.Search is { Length: > 0 } search)
        {
            var text = translation.Parameter(search);
            _where += $" and (uid = {text} or code = {text} or contains(lower(name), lower({text})))";
        }

        _parameters = [("type", _type), .. translation.Parameters];
    }

    private async Task OrderAsync(MetadataQuery query, CancellationToken cancellationToken)
    {
        foreach (var order in query.Orders)
        {
            if (await OrderableAsync(order.Property, cancellationToken) is not { } property) continue;
            var direction = order.Descending ? "desc nulls first" : "asc nulls last";
            var isText = property.Kind == StoredProperty.Form.Text;
            // The documents tell no types: numbers order as numbers.
            if (isText && property.IsNumber) _keys.Add(($"try_cast({property.Sql} as double)", direction));
            _keys.Add((isText && order.IgnoreCase ? $"lower({property.Sql})" : property.Sql, direction));
        }

        _keys.Add(("lower(o.name)", "asc nulls last"));
        _keys.Add(("o.uid", "asc"));
    }

    // What makes no sense is ignored, as DHIS2 does.
    private async Task<StoredProperty?> OrderableAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var property = await PropertyAsync(name, cancellationToken);
            return property.Kind == StoredProperty.Form.List ? null : property;
        }
        catch (Errors.Dhis2Exception)
        {
            return null;
        }
    }

    private Task<StoredProperty> PropertyAsync(string path, CancellationToken cancellationToken) =>
        StoredProperty.ResolveAsync(_connection, _source, _type, path, cancellationToken);

    private StoredObject Read(DbDataReader row) => new(_type, row.GetString(0), row.GetDateTime(1), row.GetDateTime(2), row.GetString(3));
}
