using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Keeps the hierarchy a tree, and derives <c>path</c> and <c>hierarchylevel</c> from the parents.</summary>
internal static class OrganisationUnitTree
{
    /// <summary>Refuses candidates whose parents would lead in a circle.</summary>
    public static async Task CheckAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (!await HasUnitsAsync(connection, cancellationToken)) return;
        // Leaving a unit out gives it back its old parent, which may close another circle.
        while (await connection.ExecuteAsync("""
            insert into staged_error
            with recursive
            moving as (
                select c.seq, c.uid, min(r.uid) as parent
                from candidate c left join staged_reference r on r.seq = c.seq and r.path = 'parent'
                where c.type = 'organisationUnits' and c.seq not in (select seq from staged_error where severity = 2)
                group by c.seq, c.uid),
            unit as (
                select uid, parent from moving
                union all
                select u.uid, p.uid from organisationunit u left join organisationunit p on p.organisationunitid = u.parentid
                where u.uid not in (select uid from moving)),
            reached as (
                select uid from unit where parent is null or parent not in (select uid from unit)
                union all
                select u.uid from unit u join reached r on u.parent = r.uid)
            select m.seq, 'E4027', 'Value `' || m.parent || '` is not a valid for property `parent`: the parents of ' || m.uid || ' lead in a circle.',
                2, 'parent', m.parent, m.parent
            from moving m where m.uid not in (select uid from reached)
            """, cancellationToken) > 0)
        {
        }
    }

    /// <summary>Sets parents from the references of the units just written, then path and level of all units.</summary>
    public static async Task DeriveAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        if (!await HasUnitsAsync(connection, cancellationToken)) return;
        await connection.ExecuteAsync("""
            update organisationunit set parentid = p.organisationunitid
            from staged_key k join staged_reference r on r.seq = k.seq and r.path = 'parent' join organisationunit p on p.uid = r.uid
            where k.type = 'organisationUnits' and organisationunit.organisationunitid = k.id;
            """, cancellationToken);
        await RecomputeAsync(connection, cancellationToken);
    }

    /// <summary>Sets path and level of all units whose parents changed them.</summary>
    public static Task<int> RecomputeAsync(DbConnection connection, CancellationToken cancellationToken) => connection.ExecuteAsync("""
        create or replace temp table unit_path as
        with recursive tree as (
            select organisationunitid, '/' || uid as path, 1 as level from organisationunit where parentid is null
            union all
            select u.organisationunitid, t.path || '/' || u.uid, t.level + 1 from organisationunit u join tree t on u.parentid = t.organisationunitid)
        select * from tree;
        update organisationunit set path = p.path, hierarchylevel = p.level
        from unit_path p where p.organisationunitid = organisationunit.organisationunitid
            and (organisationunit.path is distinct from p.path or organisationunit.hierarchylevel is distinct from p.level);
        drop table unit_path;
        """, cancellationToken);

    private static Task<bool> HasUnitsAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ScalarAsync<bool>("select exists (from candidate where type = 'organisationUnits')", cancellationToken);
}
