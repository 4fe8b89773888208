using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Keys of periods by identifier. A period that is not stored yet is stored when first asked for.</summary>
internal sealed class PeriodLookup
{
    private readonly DbConnection _connection;
    private readonly IdentifierMap _numbers = new();
    private readonly List<(long Id, Period Period)> _periods = [];
    private readonly Dictionary<string, int> _typeIds;

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
            number = Add(Store(period), period);
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

    // Seldom, and in the middle of a load that no other statement may wait for; so it runs right here.
    [SuppressMessage("Security", "CA2100", Justification = "The statement is constant.")]
    private long Store(Period period)
    {
        using var command = _connection.CreateCommand();
        command.CommandText =
            "insert into period values (nextval('hibernate_sequence'), $type, $start, $end, $iso) returning periodid";
        ReadOnlySpan<(string, object)> parameters =
        [
            ("type", _typeIds[period.Type.Name]),
            ("start", period.Start.ToDateTime(default)), ("end", period.End.ToDateTime(default)), ("iso", period.Iso),
        ];
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
