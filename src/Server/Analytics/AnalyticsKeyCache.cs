using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>Keeps the keys of the latest generation that a query met.</summary>
internal sealed class AnalyticsKeyCache : IDisposable
{
    private readonly SemaphoreSlim _reading = new(1, 1);
    private AnalyticsKeys? _latest;

    /// <summary>The keys of what the connection's transaction sees.</summary>
    /// <exception cref="Errors.Dhis2Exception">The analytics tables were never built (E7144).</exception>
    public async ValueTask<AnalyticsKeys> GetAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var generation = await AnalyticsCatalog.GenerationAsync(connection, cancellationToken);
        if (_latest is { } latest && latest.Generation == generation)
            return latest;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            return _latest is { } read && read.Generation == generation ? read : await ReadAsync(connection, generation, cancellationToken);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Reads the keys anew when metadata has an object that <paramref name="keys"/> lack; otherwise null.</summary>
    public async ValueTask<AnalyticsKeys?> RenewAsync(
        DbConnection connection, AnalyticsKeys keys, string uid, CancellationToken cancellationToken)
    {
        var exists = await connection.ScalarAsync<bool>(
            """
            select exists (from dataelement where uid = $uid and domaintype = 'AGGREGATE') or exists (from organisationunit where uid = $uid)
                or exists (from categoryoptioncombo where uid = $uid) or exists (from orgunitgroup where uid = $uid)
                or exists (from dataelementgroup where uid = $uid) or exists (from orgunitlevel where uid = $uid)
            """,
            cancellationToken,
            ("uid", uid));
        if (!exists)
            return null;
        await _reading.WaitAsync(cancellationToken);
        try
        {
            return await ReadAsync(connection, keys.Generation, cancellationToken);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private async Task<AnalyticsKeys> ReadAsync(DbConnection connection, long? generation, CancellationToken cancellationToken)
    {
        var years = await AnalyticsCatalog.YearsAsync(connection, cancellationToken);
        if (years.Count == 0)
            throw AnalyticsErrors.NoTables();
        var keys = await new AnalyticsKeyReader(connection, cancellationToken).ReadAsync(generation, years);
        // A query on an older snapshot must not take the place of newer keys.
        if (_latest is null || _latest.Generation <= generation)
            _latest = keys;
        return keys;
    }
}
