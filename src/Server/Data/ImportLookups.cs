using System.Data.Common;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>The metadata that an import looks its entries up in, loaded once for an import.</summary>
internal sealed class ImportLookups
{
    /// <summary>UID of the option combo that stands for none.</summary>
    public const string DefaultOptionCombo = "HllvX50cXC0";

    private ImportLookups(LookupTable<DataElementEntry> dataElements, LookupTable<long> orgUnits, LookupTable<long> optionCombos,
        OptionSets optionSets, PeriodLookup periods, long defaultOptionCombo)
    {
        DataElements = dataElements;
        OrgUnits = orgUnits;
        OptionCombos = optionCombos;
        OptionSets = optionSets;
        Periods = periods;
        DefaultOptionComboId = defaultOptionCombo;
    }

    /// <summary>Data elements.</summary>
    public LookupTable<DataElementEntry> DataElements { get; }

    /// <summary>Keys of organisation units.</summary>
    public LookupTable<long> OrgUnits { get; }

    /// <summary>Keys of category option combos, attribute option combos among them.</summary>
    public LookupTable<long> OptionCombos { get; }

    /// <summary>Codes that data elements with an option set take.</summary>
    public OptionSets OptionSets { get; }

    /// <summary>Periods, stored on first use.</summary>
    public PeriodLookup Periods { get; }

    /// <summary>Key of the option combo that stands for none.</summary>
    public long DefaultOptionComboId { get; }

    /// <summary>Reads what an import needs.</summary>
    public static async Task<ImportLookups> LoadAsync(DbConnection connection, IdSchemes schemes, CancellationToken cancellationToken)
    {
        var optionSets = await OptionSets.LoadAsync(connection, cancellationToken);
        var dataElements = await LookupTable<DataElementEntry>.LoadAsync(connection,
            $"""
            select {(schemes.DataElement ?? schemes.Any).Column()}, dataelementid, valuetype, aggregationtype, zeroissignificant, uid
            from dataelement
            """,
            row => new DataElementEntry(row.GetInt64(1), ValueTypes.Parse(row.GetString(2)),
                !row.GetBoolean(4) && row.GetString(3) is not ("AVERAGE" or "AVERAGE_SUM_ORG_UNIT"), optionSets.Of(row.GetString(5))),
            cancellationToken);
        var orgUnits = await LookupTable<long>.LoadAsync(connection,
            $"select {(schemes.OrgUnit ?? schemes.Any).Column()}, organisationunitid from organisationunit",
            row => row.GetInt64(1), cancellationToken);
        var combos = await LookupTable<long>.LoadAsync(connection,
            $"select {(schemes.CategoryOptionCombo ?? schemes.Any).Column()}, categoryoptioncomboid from categoryoptioncombo",
            row => row.GetInt64(1), cancellationToken);
        var defaultCombo = await connection.ScalarAsync<long>(
            "select categoryoptioncomboid from categoryoptioncombo where uid = $uid", cancellationToken, ("uid", DefaultOptionCombo));
        return new ImportLookups(dataElements, orgUnits, combos, optionSets,
            await PeriodLookup.LoadAsync(connection, cancellationToken), defaultCombo);
    }
}

/// <summary>What an import must know of a data element.</summary>
/// <param name="Id">Key.</param>
/// <param name="Type">Values it takes.</param>
/// <param name="ZeroMeansNothing">A zero is not worth storing.</param>
/// <param name="OptionSet">Its option set, or -1.</param>
internal readonly record struct DataElementEntry(long Id, ValueType Type, bool ZeroMeansNothing, int OptionSet)
{
    /// <summary>Whether a zero of it is not stored.</summary>
    public bool SkipsZeros => ZeroMeansNothing && Type.IsNumeric();
}

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
        {
            if (identifier is null)
                continue;
            table._numbers.Set(identifier, table._rows.Count);
            table._rows.Add(value);
        }
        return table;
    }

    /// <summary>Finds a row.</summary>
    public bool TryGet(ReadOnlySpan<byte> identifier, out T row)
    {
        var number = _numbers.Get(identifier);
        row = number < 0 ? default! : _rows[number];
        return number >= 0;
    }
}
