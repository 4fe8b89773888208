using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Generates the option combos that category combos lack: one for each choice of one option of every category. The
/// UID follows from the UIDs of the combo and the options, so that every node generates the same.</summary>
internal sealed class OptionCombos(IWarehouseWrite write, DateTime now)
{
    /// <summary>Most option combos that one category combo may have.</summary>
    public const int MaxPerCombo = 100_000;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed record Option(long CategoryId, long Id, string Uid, string Name);

    /// <summary>Generates them for the combos just written and those of the categories just written, and names the nameless.</summary>
    public async Task GenerateAsync(CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        await NameAsync(cancellationToken);
        var combos = await connection.ListAsync("""
            select categorycomboid, uid from categorycombo where categorycomboid in (
                select id from staged_key where type = 'categoryCombos'
                union select categorycomboid from categorycombos_categories where categoryid in (select id from staged_key where type = 'categories'))
            order by categorycomboid
            """, r => (Id: r.GetInt64(0), Uid: r.GetString(1)), cancellationToken);
        foreach (var (id, uid) in combos) await GenerateAsync(id, uid, cancellationToken);
    }

    // DHIS2 names an option combo by its options, in the order of the categories.
    private Task<int> NameAsync(CancellationToken cancellationToken) => write.Connection.ExecuteAsync("""
        update categoryoptioncombo set name = n.name
        from (
            select k.id, string_agg(o.name, ', ' order by cc.sort_order) as name
            from staged_key k
            join categorycombos_optioncombos co on co.categoryoptioncomboid = k.id
            join categorycombos_categories cc on cc.categorycomboid = co.categorycomboid
            join categories_categoryoptions m on m.categoryid = cc.categoryid
            join categoryoptioncombos_categoryoptions x on x.categoryoptioncomboid = k.id and x.categoryoptionid = m.categoryoptionid
            join dataelementcategoryoption o on o.categoryoptionid = m.categoryoptionid
            where k.type = 'categoryOptionCombos' group by k.id) n
        where categoryoptioncombo.categoryoptioncomboid = n.id and categoryoptioncombo.name is null
        """, cancellationToken);

    private async Task GenerateAsync(long comboId, string comboUid, CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        var options = await connection.ListAsync("""
            select cc.categoryid, o.categoryoptionid, o.uid, o.name
            from categorycombos_categories cc
            left join categories_categoryoptions m using (categoryid) left join dataelementcategoryoption o using (categoryoptionid)
            where cc.categorycomboid = $combo order by cc.sort_order, m.sort_order
            """, r => r.IsDBNull(1) ? null : new Option(r.GetInt64(0), r.GetInt64(1), r.GetString(2), r.GetString(3)), cancellationToken, ("combo", comboId));
        // A category without options leaves no choice to make.
        if (options.Count == 0 || options.Contains(null)) return;
        var categories = options.GroupBy(o => o!.CategoryId).Select(g => g.Select(o => o!).ToArray()).ToArray();
        if (categories.Aggregate(1L, (product, c) => Math.Min(product * c.Length, int.MaxValue)) > MaxPerCombo)
            throw new Dhis2Exception(ErrorKind.Conflict, $"Category combo {comboUid} would have more than {MaxPerCombo} option combos.", "E4008");

        var existing = (await connection.ListAsync("""
            select string_agg(x.categoryoptionid::varchar, ',' order by x.categoryoptionid)
            from categorycombos_optioncombos co join categoryoptioncombos_categoryoptions x using (categoryoptioncomboid)
            where co.categorycomboid = $combo group by co.categoryoptioncomboid
            """, r => r.GetString(0), cancellationToken, ("combo", comboId))).ToHashSet(StringComparer.Ordinal);
        var missing = Product(categories).Where(choice => existing.Add(string.Join(',', choice.Select(o => o.Id).Distinct().Order()))).ToList();
        if (missing.Count > 0) await WriteAsync(comboId, comboUid, missing, cancellationToken);
    }

    private async Task WriteAsync(long comboId, string comboUid, List<Option[]> missing, CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        var ids = await connection.ListAsync("select nextval('hibernate_sequence') from range($count)", r => r.GetInt64(0), cancellationToken, ("count", (long)missing.Count));
        using var objects = write.Load("object");
        using var rows = write.Load("categoryoptioncombo");
        using var combos = write.Load("categorycombos_optioncombos");
        using var members = write.Load("categoryoptioncombos_categoryoptions");
        foreach (var (choice, id) in missing.Zip(ids))
        {
            var uid = GeneratedCombos.Generated(comboUid, string.Join(',', choice.Select(o => o.Uid).Order(StringComparer.Ordinal)));
            var name = string.Join(", ", choice.Select(o => o.Name));
            objects.Add("categoryOptionCombos").Add(uid).Add((string?)null).Add(name).Add(now).Add(now).Add(Json(uid, name, comboUid, choice)).EndRow();
            rows.Add(id).Add(uid).Add((string?)null).Add(now).Add(now).Add(name).Add((bool?)false).EndRow();
            combos.Add(comboId).Add(id).EndRow();
            foreach (var option in choice.Distinct()) members.Add(id).Add(option.Id).EndRow();
        }
    }

    private static IEnumerable<Option[]> Product(Option[][] categories)
    {
        var choice = new int[categories.Length];
        while (true)
        {
            yield return [.. choice.Select((option, category) => categories[category][option])];
            var last = categories.Length - 1;
            while (last >= 0 && ++choice[last] == categories[last].Length) choice[last--] = 0;
            if (last < 0) yield break;
        }
    }

    private static string Json(string uid, string name, string comboUid, Option[] choice)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            writer.WriteStartObject();
            writer.WriteString("id", uid);
            writer.WriteString("name", name);
            writer.WriteBoolean("ignoreApproval", false);
            writer.WriteStartObject("categoryCombo");
            writer.WriteString("id", comboUid);
            writer.WriteEndObject();
            writer.WriteStartArray("categoryOptions");
            foreach (var option in choice)
            {
                writer.WriteStartObject();
                writer.WriteString("id", option.Uid);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
