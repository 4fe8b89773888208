using System.Data.Common;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>What an import must know of an option combo: what its category options restrict.</summary>
/// <param name="Id">Key.</param>
/// <param name="CategoryCombo">Key of its category combo; 0 when it has none.</param>
internal sealed record OptionComboEntry(long Id, long CategoryCombo)
{
    /// <summary>First day that all options cover.</summary>
    public DateOnly? Opens { get; init; }

    /// <summary>Last day that all options cover.</summary>
    public DateOnly? Closes { get; init; }

    /// <summary>Keys of the units at and below which it may be used; null: everywhere.</summary>
    public IReadOnlySet<long>? Units { get; init; }

    /// <summary>The options that not everybody may use.</summary>
    public IReadOnlyList<RestrictedOption> Restricted { get; init; } = [];

    /// <summary>Whether anything limits when and where it may be used.</summary>
    public bool IsLimited => Opens is not null || Closes is not null || Units is not null;

    /// <summary>Reads all option combos.</summary>
    public static async Task<LookupTable<OptionComboEntry>> LoadAsync(DbConnection connection, IdScheme scheme, CancellationToken cancellationToken)
    {
        var options = await OptionsAsync(connection, cancellationToken);
        var limits = new Dictionary<long, List<Option>>();
        if (options.Count > 0)
        {
            await foreach (var (combo, option) in connection.StreamAsync(
                "select categoryoptioncomboid, categoryoptionid from categoryoptioncombos_categoryoptions", row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))
            {
                if (!options.TryGetValue(option, out var limit))
                    continue;
                if (!limits.TryGetValue(combo, out var of))
                    limits[combo] = of = [];
                of.Add(limit);
            }
        }

        return await LookupTable<OptionComboEntry>.LoadAsync(connection,
            $"""
            select {scheme.Sql("categoryOptionCombos", "c")}, c.categoryoptioncomboid, coalesce(l.categorycomboid, 0)
            from categoryoptioncombo c left join categorycombos_optioncombos l using (categoryoptioncomboid)
            """,
            row => With(new OptionComboEntry(row.GetInt64(1), row.GetInt64(2)), limits.GetValueOrDefault(row.GetInt64(1))), cancellationToken);
    }

    private static OptionComboEntry With(OptionComboEntry combo, List<Option>? options)
    {
        if (options is null)
            return combo;
        IReadOnlySet<long>? units = null;
        foreach (var limited in options.Where(o => o.Units is not null))
            units = units is null ? limited.Units : units.Intersect(limited.Units!).ToHashSet();
        return combo with
        {
            Opens = options.Max(o => o.Opens),
            Closes = options.Min(o => o.Closes),
            Units = units,
            Restricted = [.. options.Where(o => o.Sharing is not null).Select(o => new RestrictedOption(o.Uid, o.Sharing!))],
        };
    }

    /// <summary>The category options that restrict anything.</summary>
    private static async Task<Dictionary<long, Option>> OptionsAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var units = (await connection.ListAsync("select categoryoptionid, organisationunitid from categoryoption_organisationunits",
            row => (Option: row.GetInt64(0), Unit: row.GetInt64(1)), cancellationToken)).ToLookup(p => p.Option, p => p.Unit);
        var options = await connection.ListAsync(
            $"""
            select c.categoryoptionid, c.uid, c.startdate, c.enddate, s.access
            from dataelementcategoryoption c left join (
                select uid, {Sharing.Sql} as access from object where type = 'categoryOptions' and (contains(json, '"sharing"') or contains(json, '"publicAccess"'))
            ) s using (uid)
            """,
            row => (Id: row.GetInt64(0), Option: new Option(row.GetString(1), Day(row, 2), Day(row, 3),
                units.Contains(row.GetInt64(0)) ? units[row.GetInt64(0)].ToHashSet() : null,
                row.IsDBNull(4) || Sharing.Parse(row.GetFieldValue<List<string?>>(4)) is not { IsOpen: false } closed ? null : closed)),
            cancellationToken);
        return options.Where(o => o.Option is not { Opens: null, Closes: null, Units: null, Sharing: null }).ToDictionary(o => o.Id, o => o.Option);
    }

    private static DateOnly? Day(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateOnly>(column);

    private sealed record Option(string Uid, DateOnly? Opens, DateOnly? Closes, IReadOnlySet<long>? Units, Sharing? Sharing);
}

/// <summary>A category option that not everybody may use.</summary>
/// <param name="Uid">UID.</param>
/// <param name="Sharing">Who may.</param>
internal sealed record RestrictedOption(string Uid, Sharing Sharing);
