using System.Data.Common;
using System.Text;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>By what the rows of a push name objects, as UTF-8 by key of the store.</summary>
internal sealed class PushNames
{
    private PushNames()
    {
    }

    /// <summary>UIDs of data elements.</summary>
    public required Dictionary<long, byte[]> DataElements { get; init; }

    /// <summary>UIDs of data sets.</summary>
    public required Dictionary<long, byte[]> DataSets { get; init; }

    /// <summary>Identifiers of periods.</summary>
    public required Dictionary<long, byte[]> Periods { get; init; }

    /// <summary>UIDs of organisation units.</summary>
    public required Dictionary<long, byte[]> OrgUnits { get; init; }

    /// <summary>UIDs of category option combos.</summary>
    public required Dictionary<long, byte[]> OptionCombos { get; init; }

    /// <summary>Reads them; rows that were committed before name no others.</summary>
    public static async Task<PushNames> LoadAsync(IWarehouse warehouse, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return new PushNames
        {
            DataElements = await ReadAsync(connection, "select dataelementid, uid from dataelement", cancellationToken),
            DataSets = await ReadAsync(connection, "select datasetid, uid from dataset", cancellationToken),
            Periods = await ReadAsync(connection, "select periodid, iso from period", cancellationToken),
            OrgUnits = await ReadAsync(connection, "select organisationunitid, uid from organisationunit", cancellationToken),
            OptionCombos = await ReadAsync(connection, "select categoryoptioncomboid, uid from categoryoptioncombo", cancellationToken),
        };
    }

    private static async Task<Dictionary<long, byte[]>> ReadAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        var names = new Dictionary<long, byte[]>();
        foreach (var (id, name) in await connection.ListAsync(sql, r => (r.GetInt64(0), Encoding.UTF8.GetBytes(r.GetString(1))), cancellationToken))
            names[id] = name;
        return names;
    }
}
