using System.Data.Common;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Keys of periods by identifier. A period that is not stored yet gets
/// its key when first asked for, and is stored by <see cref="Save"/>.</summary>
internal sealed class PeriodLookup
{
    private readonly DbConnection _connection;
    private readonly IdentifierMap _numbers = new();
    private readonly List<(long Id, Period Period)> _periods = [];
    private readonly Dictionary<string, int> _typeIds;
    private readonly List<(long Id, Period Period)> _fresh = [];
    private readonly HashSet<long> _kept = [];
    private readonly Queue<long> _ids = new();
    private long _lastKept = -1;
    private int _block = 16;

    private PeriodLookup(DbConnection connection, Dictionary<string, int> typeIds)
    {
        _connection = connection;
        _typeIds = typeIds;
    }

    /// <summary>Reads the stored periods.</summary>
    public static async Task<PeriodLookup> LoadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var types = await connection.ListAsync("select name, periodtypeid from periodtype",
            row => (Name: row.GetString(0), Id: row.GetInt32(1)), cancellationToken);
        var lookup = new PeriodLookup(connection, types.ToDictionary(t => t.Name, t => t.Id));
        await foreach (var (id, iso) in connection.StreamAsync(
            "select periodid, iso from period", row => (row.GetInt64(0), row.GetString(1)), cancellationToken))
        {
            if (Period.TryParse(iso, out var period))
                lookup._numbers.Set(iso, lookup.Add(id, period));
        }
        return lookup;
    }

    /// <summary>Key and period of an identifier; false when it is none.</summary>
    public bool TryGet(ReadOnlySpan<byte> iso, out long id, out Period period)
    {
        var number = _numbers.Get(iso);
        if (number < 0 && !TryResolve(iso, out number))
        {
            (id, period) = default((long, Period));
            return false;
        }
        (id, period) = _periods[number];
        return true;
    }

    /// <summary>Something that will be stored is of the period.</summary>
    public void Keep(long id)
    {
        // Neighbours in a document are mostly of one period.
        if (_fresh.Count == 0 || id == _lastKept)
            return;
        _lastKept = id;
        _kept.Add(id);
    }

    /// <summary>Stores the periods that are to be kept and are not stored yet.</summary>
    public void Save(IWarehouseWrite write)
    {
        using var load = write.Load("period");
        foreach (var (id, period) in _fresh.Where(p => _kept.Contains(p.Id)))
        {
            load.Add(id).Add((int?)_typeIds[period.Type.Name]).Add((DateOnly?)period.Start).Add((DateOnly?)period.End).Add(period.Iso).EndRow();
        }
        _fresh.RemoveAll(p => _kept.Contains(p.Id));
    }

    private bool TryResolve(ReadOnlySpan<byte> iso, out int number)
    {
        number = -1;
        if (!Period.TryParse(iso, out var period))
            return false;
        Span<byte> canonical = stackalloc byte[Period.MaxIsoLength];
        canonical = canonical[..period.TryFormat(canonical)];
        number = _numbers.Get(canonical);
        if (number < 0)
        {
            var id = NextId();
            number = Add(id, period);
            _fresh.Add((id, period));
            _numbers.Set(canonical, number);
        }
        _numbers.Set(iso, number);
        return true;
    }

    private int Add(long id, Period period)
    {
        _periods.Add((id, period));
        return _periods.Count - 1;
    }

    private long NextId()
    {
        if (_ids.Count == 0)
        {
            // Runs right here, in the middle of a load that it does not touch; seldom, since each block is larger than the last.
            using var command = _connection.CreateCommand();
            command.CommandText = _block switch
            {
                16 => "select nextval('hibernate_sequence') from range(16)",
                256 => "select nextval('hibernate_sequence') from range(256)",
                _ => "select nextval('hibernate_sequence') from range(4096)",
            };
            _block *= 16;
            using var reader = command.ExecuteReader();
            while (reader.Read())
                _ids.Enqueue(reader.GetInt64(0));
        }
        return _ids.Dequeue();
    }
}
