using System.Data.Common;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Refuses candidates that the caller may not create (E3000), change (E3001) or delete (E3002).</summary>
internal sealed class AccessCheck(IWarehouseWrite write, MetadataImportOptions options, User caller)
{
    private readonly DbConnection _connection = write.Connection;

    /// <summary>Refuses them.</summary>
    public async Task RunAsync(IReadOnlyList<MetadataType> types, CancellationToken cancellationToken)
    {
        if (caller.Has(Authorities.All)) return;
        var access = new ObjectAccess(caller, await UserScope.LoadAsync(_connection, caller, cancellationToken));
        foreach (var type in types)
        {
            var needed = TypeAccess.Of(type.Collection);
            if (!access.CanCreate(needed)) await RefuseNewAsync(type, cancellationToken);
            await RefuseKnownAsync(type, needed, access, cancellationToken);
        }
    }

    private Task<int> RefuseNewAsync(MetadataType type, CancellationToken cancellationToken) => _connection.ExecuteAsync($"""
        insert into staged_error
        select s.seq, 'E3000', 'User `' || $user || '` is not allowed to create objects of type ' || {StagedChecks.Describe("s")}, 2, null, null, null
        from candidate c join staged s using (seq) where c.type = $type and not c.known and not c.isdefault
        """, cancellationToken, ("user", Described()), ("type", type.Collection));

    private async Task RefuseKnownAsync(MetadataType type, TypeAccess needed, ObjectAccess access, CancellationToken cancellationToken)
    {
        var deletes = options.Strategy == ImportStrategy.Delete;
        var (code, what) = deletes ? ("E3002", "delete") : ("E3001", "update");
        // The sharing that counts is the one that is stored: a document must not give its sender what it lacks.
        var known = await _connection.ListAsync($"""
            select c.seq, {(needed.Shareable ? Sharing.Sql : "null::varchar[]")} from candidate c join (select type, uid, json from object) o on o.type = c.type and o.uid = c.uid
            where c.type = $type and not c.isdefault
            """, r => (Sequence: r.GetInt64(0), Sharing: r.IsDBNull(1) ? null : Sharing.Parse(r.GetFieldValue<List<string?>>(1))), cancellationToken, ("type", type.Collection));
        var refused = known.Where(k => !(deletes ? access.CanDelete(needed, k.Sharing) : access.CanUpdate(needed, k.Sharing))).ToList();
        if (refused.Count == 0) return;
        await _connection.ExecuteAsync("create or replace temp table access_refused (seq bigint)", cancellationToken);
        using (var load = write.Load("access_refused"))
            foreach (var (sequence, _) in refused) load.Add(sequence).EndRow();
        await _connection.ExecuteAsync($"""
            insert into staged_error
            select s.seq, '{code}', 'User `' || $user || '` is not allowed to {what} object `' || {StagedChecks.Describe("s")} || '`', 2, null, null, null
            from access_refused r join staged s using (seq)
            """, cancellationToken, ("user", Described()));
    }

    private string Described() => $"{caller.FirstName} {caller.Surname} [{caller.Uid}] (User)";
}
