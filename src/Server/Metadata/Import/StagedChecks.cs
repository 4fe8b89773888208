using System.Data.Common;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Checks the staged objects against each other and against what is stored, and leaves the objects worth writing in
/// the temporary table <c>candidate</c>.</summary>
internal sealed class StagedChecks(DbConnection connection, MetadataImportOptions options, Staging staging)
{
    /// <summary>Runs all checks; what is wrong is in <c>staged_error</c> afterwards.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await MatchAsync(cancellationToken);
        await CheckStrategyAsync(cancellationToken);
        if (options.Strategy == ImportStrategy.Delete) return;
        foreach (var type in staging.Types)
            foreach (var property in type.Unique)
                await CheckUniqueAsync(type, property, cancellationToken);
        await CheckReferencesAsync(cancellationToken);
    }

    /// <summary>Leaves those without errors in <c>candidate</c>, and says whether anything was refused for good.</summary>
    public async Task<bool> SettleAsync(CancellationToken cancellationToken)
    {
        var refused = options.Atomic == AtomicMode.All
            && await connection.ScalarAsync<bool>("select exists (from staged_error where severity > 0)", cancellationToken);
        if (refused) await connection.ExecuteAsync("delete from candidate", cancellationToken);
        else await connection.ExecuteAsync("delete from candidate where seq in (select seq from staged_error where severity = 2)", cancellationToken);
        return refused;
    }

    // Resolves codes, then keeps the first of each object and notes whether it is stored already.
    private async Task MatchAsync(CancellationToken cancellationToken)
    {
        if (options.Identifier == ImportIdentifier.Code)
        {
            await connection.ExecuteAsync("""
                update staged set uid = o.uid, json = json_merge_patch(staged.json, json_object('id', o.uid))
                from object o where o.type = staged.type and o.code = staged.code and o.uid <> staged.uid
                """, cancellationToken);
        }
        foreach (var ((collection, uid), here) in staging.Defaults)
        {
            await connection.ExecuteAsync("update staged_reference set uid = $here where target = $collection and uid = $uid", cancellationToken,
                ("here", here), ("collection", collection), ("uid", uid));
        }
        await connection.ExecuteAsync($"""
            create temp table known_code as
                select type, code, min(uid) as uid from (select type, code, uid from staged where code is not null union all select type, code, uid from object where code is not null)
                group by type, code;
            update staged_reference set uid = k.uid from known_code k
                where k.type = staged_reference.target and k.code = staged_reference.code {(options.Identifier == ImportIdentifier.Code ? "" : "and staged_reference.uid is null")};
            drop table known_code;
            create temp table candidate as
                select s.seq, s.type, s.uid, o.uid is not null as known, s.isdefault
                from (select seq, type, uid, isdefault from staged qualify row_number() over (partition by type, uid order by seq) = 1) s
                left join object o on o.type = s.type and o.uid = s.uid;
            insert into staged_error
                select s.seq, 'E5004', 'Id `' || s.uid || '` for type `' || coalesce((select short from type_name n where n.type = s.type), s.type) || '` exists on more than 1 object in the payload, removing all but the first found.',
                    2, 'id', s.uid, null
                from staged s where s.seq not in (select seq from candidate);
            """, cancellationToken);
    }

    private Task<int> CheckStrategyAsync(CancellationToken cancellationToken)
    {
        var identifier = options.Identifier == ImportIdentifier.Code ? "CODE" : "UID";
        var (condition, code, text) = options.Strategy switch
        {
            ImportStrategy.Create => ("c.known", "E5000", "Found matching object for reference, but import mode is CREATE."),
            ImportStrategy.Update or ImportStrategy.Delete => ("not c.known", "E5001", "No matching object for reference."),
            _ => ("false", "", ""),
        };
        return connection.ExecuteAsync($"""
            insert into staged_error
            select s.seq, '{code}', '{text} Identifier was {identifier}, and object was ' || {Describe("s")} || '.', 2, 'id', s.uid, null
            from candidate c join staged s using (seq) where {condition} and not c.isdefault
            """, cancellationToken);
    }

    private async Task CheckUniqueAsync(MetadataType type, string property, CancellationToken cancellationToken)
    {
        var column = property.ToLowerInvariant();
        var objects = $"(select s.seq, s.type, s.uid, s.name, s.{column} as value from staged s join candidate c using (seq) where s.type = $type and s.{column} is not null and not s.isdefault)";
        await connection.ExecuteAsync($"""
            insert into staged_error
            select s.seq, 'E5005', 'Properties `{property}` in objects `' || string_agg(other.uid, ', ' order by other.seq) || '` must be unique within the payload.',
                2, '{property}', any_value(s.value), min_by(other.uid, other.seq)
            from {objects} s join {objects} other on other.value = s.value and other.seq <> s.seq
            group by s.seq
            """, cancellationToken, ("type", type.Collection));
        await connection.ExecuteAsync($"""
            insert into staged_error
            select s.seq, 'E5003', 'Property `{property}` with value `' || s.value || '` on object ' || {Describe("s")} || ' already exists on object ' || t.uid || '.',
                2, '{property}', s.value, t.uid
            from {objects} s join {type.Table} t on t.{column} = s.value and t.uid <> s.uid
            where t.uid not in (select uid from candidate where type = $type)
            """, cancellationToken, ("type", type.Collection));
    }

    private Task<int> CheckReferencesAsync(CancellationToken cancellationToken) => connection.ExecuteAsync($"""
        insert into staged_error
        select s.seq, 'E5002', 'Invalid reference [' || coalesce(r.uid, r.code) || '] (' || coalesce((select short from type_name n where n.type = r.target), r.target) || ') on object ' || {Describe("s")}
                || ' for association `' || r.association || '`.',
            case when r.soft then 0 else 1 end, r.association, coalesce(r.uid, r.code), r.uid
        from staged_reference r join staged s using (seq)
        where not exists (from staged t where t.type = r.target and t.uid = r.uid)
            and not exists (from object o where o.type = r.target and o.uid = r.uid)
            and not s.isdefault
        order by s.seq, r.position
        """, cancellationToken);

    private static string Describe(string table) => $"coalesce({table}.name || ' ', '') || '[' || {table}.uid || '] (' || coalesce((select short from type_name n where n.type = {table}.type), {table}.type) || ')'";
}
