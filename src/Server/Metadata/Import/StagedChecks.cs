using System.Data.Common;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Checks the staged objects against each other and against what is stored, and leaves the objects worth writing in
/// the temporary table <c>candidate</c>.</summary>
internal sealed class StagedChecks(DbConnection connection, MetadataImportOptions options, IReadOnlyList<MetadataType> types)
{
    /// <summary>Runs all checks; what is wrong is in <c>staged_error</c> afterwards.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await MatchAsync(cancellationToken);
        await CheckStrategyAsync(cancellationToken);
        if (options.Strategy == ImportStrategy.Delete) return;
        foreach (var type in types)
            foreach (var property in type.Unique)
                await CheckUniqueAsync(type, property, cancellationToken);
        await CheckReferencesAsync("staged", cancellationToken);
        await CheckDuplicatesAsync(cancellationToken);
        if (types.Any(t => t.Collection == "options")) await OptionCheck.RunAsync(connection, cancellationToken);
        await new AttributeCheck(connection).RunAsync(types, cancellationToken);
    }

    /// <summary>Leaves those without errors in <c>candidate</c>, and says whether anything was refused for good.</summary>
    public async Task<bool> SettleAsync(CancellationToken cancellationToken)
    {
        var refused = options.Atomic == AtomicMode.All
            && await connection.ScalarAsync<bool>("select exists (from staged_error where severity > 0)", cancellationToken);
        if (refused)
        {
            await connection.ExecuteAsync("delete from candidate", cancellationToken);
            return true;
        }
        await connection.ExecuteAsync("delete from candidate where seq in (select seq from staged_error where severity = 2)", cancellationToken);
        // What is skipped leaves those that refer to it behind.
        if (options.Strategy != ImportStrategy.Delete) await CheckReferencesAsync("candidate", cancellationToken);
        return false;
    }

    /// <summary>Resolves the references that were given by code.</summary>
    /// <param name="connection">Connection of the write.</param>
    /// <param name="always">Codes count even where a UID was given.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<int> ResolveCodesAsync(DbConnection connection, bool always, CancellationToken cancellationToken) => connection.ExecuteAsync($"""
        create or replace temp table known_code as
            select type, code, min(uid) as uid from (select type, code, uid from staged where code is not null union all select type, code, uid from object where code is not null)
            group by type, code;
        update staged_reference set uid = k.uid from known_code k
            where k.type = staged_reference.target and k.code = staged_reference.code {(always ? "" : "and staged_reference.uid is null")};
        """, cancellationToken);

    // Resolves codes, then keeps the first of each object and notes whether it is stored already.
    private async Task MatchAsync(CancellationToken cancellationToken)
    {
        var byCode = options.Identifier == ImportIdentifier.Code;
        if (byCode)
        {
            await connection.ExecuteAsync("""
                update staged set uid = o.uid from object o where o.type = staged.type and o.code = staged.code and o.uid <> staged.uid and not isdefault
                """, cancellationToken);
        }
        // Objects that are known here under another UID: by their code, or since every database has them.
        await connection.ExecuteAsync("""
            update staged_reference set uid = s.uid from (select type, given, min(uid) as uid from staged where uid <> given group by type, given) s
                where s.type = staged_reference.target and s.given = staged_reference.uid
            """, cancellationToken);
        await ResolveCodesAsync(connection, byCode, cancellationToken);
        await connection.ExecuteAsync("""
            create or replace temp table candidate as
                select s.seq, s.type, s.uid, o.uid is not null as known, s.isdefault
                from (select seq, type, uid, isdefault from staged qualify row_number() over (partition by type, uid order by isdefault, seq) = 1) s
                left join object o on o.type = s.type and o.uid = s.uid;
            insert into staged_error
                select s.seq, 'E5004', 'Id `' || s.uid || '` for type `' || coalesce((select short from type_name n where n.type = s.type), s.type) || '` exists on more than 1 object in the payload, removing all but the first found',
                    2, 'id', s.uid, null
                from staged s where s.seq not in (select seq from candidate)
                    and not (s.isdefault and s.type = 'categoryOptionCombos' and s.given <> s.uid);
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
            select s.seq, 'E5005', 'Properties `{property}` in objects `' || string_agg(other.uid, ', ' order by other.seq) || '` must be unique within the payload',
                2, '{property}', any_value(s.value), min_by(other.uid, other.seq)
            from {objects} s join {objects} other on other.value = s.value and other.seq <> s.seq
            group by s.seq
            """, cancellationToken, ("type", type.Collection));
        await connection.ExecuteAsync($"""
            insert into staged_error
            select s.seq, 'E5003', 'Property `{property}` with value `' || s.value || '` on object ' || {Describe("s")} || ' already exists on object ' || t.uid,
                2, '{property}', s.value, t.uid
            from {objects} s join {type.Table} t on t.{column} = s.value and t.uid <> s.uid
            where t.uid not in (select uid from candidate where type = $type)
            """, cancellationToken, ("type", type.Collection));
    }

    private Task<int> CheckReferencesAsync(string given, CancellationToken cancellationToken) => connection.ExecuteAsync($"""
        insert into staged_error
        select s.seq, 'E5002', 'Invalid reference [' || coalesce(r.uid, r.code) || '] (' || coalesce((select short from type_name n where n.type = r.target), r.target) || ') on object ' || {Describe("s")}
                || ' for association `' || r.association || '`',
            case when r.soft then 0 else 1 end, r.association, coalesce(r.uid, r.code), r.uid
        from staged_reference r join staged s using (seq)
        where not exists (from {given} t where t.type = r.target and t.uid = r.uid)
            and not exists (from object o where o.type = r.target and o.uid = r.uid)
            and not exists (from staged_error e where e.seq = r.seq and e.code = 'E5002' and e.property = r.association and e.value = coalesce(r.uid, r.code))
            and not s.isdefault
        order by s.seq, r.position
        """, cancellationToken);

    private Task<int> CheckDuplicatesAsync(CancellationToken cancellationToken) => connection.ExecuteAsync($"""
        insert into staged_error
        select s.seq, 'E5007', 'Duplicate reference [' || r.uid || '] (' || coalesce((select short from type_name n where n.type = r.target), r.target) || ') on object ' || {Describe("s")}
                || ' for association `' || r.association || '`',
            1, r.association, r.uid, r.uid
        from (select seq, target, association, uid from staged_reference where plain and uid is not null group by seq, path, target, association, uid having count(*) > 1) r
        join staged s using (seq) where not s.isdefault
        """, cancellationToken);

    /// <summary>How reports name an object, as SQL.</summary>
    public static string Describe(string table) => $"coalesce({table}.name || ' ', '') || '[' || {table}.uid || '] (' || coalesce((select short from type_name n where n.type = {table}.type), {table}.type) || ')'";
}
