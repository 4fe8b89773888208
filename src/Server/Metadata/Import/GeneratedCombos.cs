using System.Data.Common;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Lets an option combo of a document take the place of one that was generated here for the same options: it keeps the key,
/// and so the data, and everything that named the generated one names it.</summary>
internal sealed class GeneratedCombos(IWarehouseWrite write)
{
    private readonly DbConnection _connection = write.Connection;

    /// <summary>Gives generated option combos the UIDs of the candidates, before these are written. Returns the objects that named
    /// them; their tables are to be projected again.</summary>
    public async Task<IReadOnlyList<(string Type, string Uid)>> GiveWayAsync(CancellationToken cancellationToken)
    {
        var given = await _connection.ListAsync("""
            select c.uid, min(r.uid) filter (r.path = 'categoryCombo'), string_agg(r.uid, ',' order by r.uid) filter (r.path = 'categoryOptions[]')
            from candidate c join staged_reference r using (seq)
            where c.type = 'categoryOptionCombos' and not c.known and not c.isdefault group by c.uid
            """, r => (Uid: r.GetString(0), Combo: r.Text(1), Options: r.Text(2)), cancellationToken);
        if (given.Count == 0) return [];
        await _connection.ExecuteAsync("create or replace temp table giving_way (old varchar, new varchar)", cancellationToken);
        using (var load = write.Load("giving_way"))
        {
            foreach (var (uid, combo, options) in given.Where(g => g is { Combo: not null, Options: not null }))
                load.Add(Generated(combo!, options!)).Add(uid).EndRow();
        }
        var count = await _connection.ExecuteAsync("""
            delete from giving_way where old not in (select uid from categoryoptioncombo);
            delete from giving_way where old in (select uid from candidate where type = 'categoryOptionCombos');
            update categoryoptioncombo set uid = g.new from giving_way g where g.old = categoryoptioncombo.uid
            """, cancellationToken);
        if (count == 0) return [];
        await _connection.ExecuteAsync("delete from object using giving_way g where object.type = 'categoryOptionCombos' and object.uid = g.old", cancellationToken);
        return await RenameAsync(cancellationToken);
    }

    // References and expressions alike hold UIDs as words.
    private async Task<IReadOnlyList<(string Type, string Uid)>> RenameAsync(CancellationToken cancellationToken)
    {
        var names = (await _connection.ListAsync("select old, new from giving_way", r => (Old: r.GetString(0), New: r.GetString(1)), cancellationToken));
        var naming = await _connection.ListAsync("""
            select o.type, o.uid, o.json, list(distinct w.old)
            from object o join (
                select type, uid, unnest(regexp_extract_all(json, '[A-Za-z][A-Za-z0-9]{10}')) as word from object
                where type not in ('organisationUnits', 'categoryOptions', 'categoryOptionCombos')) x using (type, uid)
            join giving_way w on w.old = x.word group by o.type, o.uid, o.json
            """, r => (Type: r.GetString(0), Uid: r.GetString(1), Json: r.GetString(2)), cancellationToken);
        foreach (var (type, uid, json) in naming)
        {
            var renamed = names.Aggregate(json, (text, name) => text.Replace(name.Old, name.New, StringComparison.Ordinal));
            await _connection.ExecuteAsync("update object set json = $json where type = $type and uid = $uid", cancellationToken, ("json", renamed), ("type", type), ("uid", uid));
        }
        return [.. naming.Select(n => (n.Type, n.Uid))];
    }

    /// <summary>UID that is generated for a choice of options.</summary>
    /// <param name="combo">UID of the category combo.</param>
    /// <param name="options">UIDs of the options, in ordinal order, apart by commas.</param>
    public static string Generated(string combo, string options) => Uid.From($"{combo}:{options}");
}
