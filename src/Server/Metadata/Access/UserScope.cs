using System.Data.Common;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Access;

/// <summary>What metadata tells of a caller: the units it captures data in and its groups. The caller is found among the
/// imported users by UID or login name.</summary>
internal sealed record UserScope
{
    /// <summary>Holds all authorities.</summary>
    public required bool IsSuper { get; init; }

    /// <summary>UID for messages.</summary>
    public required string Uid { get; init; }

    /// <summary>UIDs under which metadata knows the caller, its own included.</summary>
    public required IReadOnlySet<string> Uids { get; init; }

    /// <summary>UIDs of user groups.</summary>
    public IReadOnlySet<string> Groups { get; init; } = new HashSet<string>();

    /// <summary>UIDs of the units at and below which the caller captures data. Null: metadata does not tell, so everywhere.</summary>
    public IReadOnlyList<string>? Units { get; init; }

    /// <summary>UIDs of the units whose data the caller may see besides.</summary>
    public IReadOnlyList<string> ViewUnits { get; init; } = [];

    /// <summary>Looks the caller up.</summary>
    public static async Task<UserScope> LoadAsync(DbConnection connection, User caller, CancellationToken cancellationToken)
    {
        var super = caller.Has(Authorities.All);
        // The name must stand somewhere in the text; only few texts are parsed then.
        var known = await connection.ListAsync(
            """
            select uid, json_extract_string(json, '$.organisationUnits[*].id'), json_extract_string(json, '$.dataViewOrganisationUnits[*].id')
            from object where type = 'users' and (uid = $uid or contains(lower(json), lower($name))
                and lower(coalesce(json_extract_string(json, '$.username'), json_extract_string(json, '$.userCredentials.username'))) = lower($name))
            """,
            row => (Uid: row.GetString(0), Units: Texts(row, 1), View: Texts(row, 2)), cancellationToken, ("uid", caller.Uid), ("name", caller.Username));
        HashSet<string> uids = [caller.Uid, .. known.Select(k => k.Uid)];
        var units = known.SelectMany(k => k.Units).Distinct().ToList();
        return new UserScope
        {
            IsSuper = super,
            Uid = caller.Uid,
            Uids = uids,
            Groups = await GroupsAsync(connection, uids, cancellationToken),
            Units = known.Count == 0 || (super && units.Count == 0) ? null : units,
            ViewUnits = [.. known.SelectMany(k => k.View).Distinct()],
        };
    }

    private static async Task<HashSet<string>> GroupsAsync(DbConnection connection, HashSet<string> users, CancellationToken cancellationToken)
    {
        var groups = new HashSet<string>();
        foreach (var user in users)
        {
            groups.UnionWith(await connection.ListAsync(
                """
                select uid from object where type = 'userGroups' and contains(json, $user)
                    and list_contains(json_extract_string(json, '$.users[*].id'), $user)
                union
                select unnest(json_extract_string(json, '$.userGroups[*].id')) from object where type = 'users' and uid = $user
                """,
                row => row.GetString(0), cancellationToken, ("user", user)));
        }

        return groups;
    }

    private static List<string> Texts(DbDataReader row, int column) =>
        row.IsDBNull(column) ? [] : [.. row.GetFieldValue<List<string?>>(column).OfType<string>()];
}

/// <summary>What metadata tells of callers.</summary>
internal sealed class UserScopes(IWarehouse warehouse)
{
    /// <summary>What it tells of one; without a user of its own, who captures data everywhere has the roots of the hierarchy.</summary>
    public async Task<UserScope> OfAsync(User caller, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        var scope = await UserScope.LoadAsync(connection, caller, cancellationToken);
        return scope.Units is not null ? scope : scope with
        {
            Units = await connection.ListAsync("select uid from organisationunit where parentid is null order by uid", row => row.GetString(0), cancellationToken),
        };
    }
}
