using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Refuses options whose name or code an option of the same set has already (E4028).</summary>
internal static class OptionCheck
{
    /// <summary>Class of what the errors are about.</summary>
    public const string Class = "org.hisp.dhis.option.OptionSet";

    /// <summary>Refuses them. Within a document names may repeat, as in DHIS2; codes may not.</summary>
    public static Task<int> RunAsync(DbConnection connection, CancellationToken cancellationToken) => connection.ExecuteAsync("""
        insert into staged_error
        with given as (
            select s.seq, s.uid, s.name, s.code, min(r.uid) as optionset
            from candidate c join staged s using (seq) join staged_reference r on r.seq = c.seq and r.path = 'optionSet' where c.type = 'options'
            group by s.seq, s.uid, s.name, s.code),
        stored as (
            select o.uid, o.name, o.code, t.uid as optionset from optionvalue o join optionset t using (optionsetid)
            where o.uid not in (select uid from candidate where type = 'options'))
        select g.seq, 'E4028', 'Option set `' || g.optionset || '` already contains option `' || t.uid || '`', 2, 'optionSet', null, t.uid
        from given g join (
            select g.seq, t.uid from given g join stored t on t.optionset = g.optionset and (t.code = g.code or t.name = g.name)
            union select g.seq, e.uid from given g join given e on e.optionset = g.optionset and e.code = g.code and e.uid <> g.uid) t using (seq)
        """, cancellationToken);
}
