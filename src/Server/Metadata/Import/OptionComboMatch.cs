using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Of a category combo and a choice of its options there is one option combo. One that a node of this program generated stands
/// for whichever other has its place, here or in the document; of two others the second is refused, as in DHIS2 (E1132, E1131).</summary>
internal sealed class OptionComboMatch(IWarehouseWrite write)
{
    private readonly DbConnection _connection = write.Connection;

    private sealed record Staged(long Sequence, string Uid, string Combo, string Options, bool Known)
    {
        public (string, string) Place => (Combo, Options);

        public bool IsGenerated => Uid == GeneratedCombos.Generated(Combo, Options);
    }

    /// <summary>Gives generated ones the identity of those that they stand for, and refuses the others.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var staged = await StagedAsync(cancellationToken);
        if (staged.Count == 0) return;
        var stored = await StoredAsync(cancellationToken);
        // What the document itself changes or renames is judged by what it becomes.
        var given = staged.Select(s => s.Uid).ToHashSet(StringComparer.Ordinal);
        var places = new Dictionary<(string, string), (string Uid, bool Stored)>();
        foreach (var (uid, combo, options) in stored.Where(s => !given.Contains(s.Uid) && s.Uid != GeneratedCombos.Generated(s.Combo, s.Options)))
            places.TryAdd((combo, options), (uid, true));
        await _connection.ExecuteAsync("create or replace temp table standing_for (seq bigint, uid varchar); create or replace temp table in_place (seq bigint, code varchar, message varchar, other varchar)",
            cancellationToken);
        using (var standing = write.Load("standing_for"))
        using (var refused = write.Load("in_place"))
        {
            // Those that are stored have their place before new ones.
            foreach (var item in staged.Where(s => !s.IsGenerated).OrderByDescending(s => s.Known).ThenBy(s => s.Sequence))
            {
                if (places.TryAdd(item.Place, (item.Uid, item.Known)) || places[item.Place].Uid == item.Uid) continue;
                if (item.Known) continue;
                var (other, isStored) = places[item.Place];
                var options = $"[{item.Options.Replace(",", ", ", StringComparison.Ordinal)}]";
                refused.Add(item.Sequence).Add(isStored ? "E1132" : "E1131").Add(isStored
                    ? $"Provided CategoryOptionCombo {item.Uid} cannot be processed (potential duplicate). An existing CategoryOptionCombo {other} has the same CategoryCombo {item.Combo} and same CategoryOptions {options}"
                    : $"Unexpected CategoryOptionCombo provided with CategoryOptions: {options} for CategoryCombo: {item.Combo}. Missing expected CategoryOptionCombos with CategoryOption sets: []")
                    .Add(other).EndRow();
            }
            foreach (var item in staged.Where(s => s.IsGenerated && !s.Known && places.ContainsKey(s.Place)))
                standing.Add(item.Sequence).Add(places[item.Place].Uid).EndRow();
        }
        await _connection.ExecuteAsync("""
            update staged set uid = f.uid, isdefault = true from standing_for f where f.seq = staged.seq;
            insert into staged_error select seq, code, message, 2, 'categoryOptions', null, other from in_place;
            """, cancellationToken);
    }

    private Task<List<Staged>> StagedAsync(CancellationToken cancellationToken) => _connection.ListAsync("""
        select s.seq, s.uid, min(r.uid) filter (r.path = 'categoryCombo') as combo, string_agg(r.uid, ',' order by r.uid) filter (r.path = 'categoryOptions[]') as options,
            s.uid in (select uid from object where type = 'categoryOptionCombos')
        from staged s join staged_reference r using (seq) where s.type = 'categoryOptionCombos' and not s.isdefault
        group by s.seq, s.uid having combo is not null and options is not null order by s.seq
        """, r => new Staged(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetBoolean(4)), cancellationToken);

    private Task<List<(string Uid, string Combo, string Options)>> StoredAsync(CancellationToken cancellationToken) => _connection.ListAsync("""
        select x.uid, min(c.uid), string_agg(o.uid, ',' order by o.uid)
        from categoryoptioncombo x join categorycombos_optioncombos using (categoryoptioncomboid) join categorycombo c using (categorycomboid)
        join categoryoptioncombos_categoryoptions m on m.categoryoptioncomboid = x.categoryoptioncomboid join dataelementcategoryoption o on o.categoryoptionid = m.categoryoptionid
        where c.uid in (select uid from staged_reference where path = 'categoryCombo') group by x.uid
        """, r => (r.GetString(0), r.GetString(1), r.GetString(2)), cancellationToken);
}
