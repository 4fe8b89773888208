using System.Data.Common;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>Where and for what the caller may enter data. Made for one import.</summary>
internal sealed class ImportAccess
{
    private readonly ImportLookups _lookups;
    private readonly HashSet<long>? _units;
    private readonly Dictionary<OptionComboEntry, string?> _refused = new(ReferenceEqualityComparer.Instance);

    private ImportAccess(ImportLookups lookups, UserScope user, HashSet<long>? units) => (_lookups, User, _units) = (lookups, user, units);

    /// <summary>The caller.</summary>
    public UserScope User { get; }

    /// <summary>Finds out about the caller.</summary>
    public static async Task<ImportAccess> LoadAsync(DbConnection connection, ImportLookups lookups, UserScope user, CancellationToken cancellationToken)
    {
        HashSet<long>? units = user.Units is null ? null : [.. await connection.ListAsync(
            "select organisationunitid from organisationunit where list_contains($uids, uid)", row => row.GetInt64(0), cancellationToken, ("uids", user.Units.ToList()))];
        return new ImportAccess(lookups, user, units);
    }

    /// <summary>Whether the caller captures data in the unit.</summary>
    public bool Covers(long unit) => _units is null || _lookups.IsBelow(unit, _units);

    /// <summary>UID of an option of the combo that the caller may not use; null when it may use all.</summary>
    public string? RefusedOption(OptionComboEntry combo)
    {
        if (combo.Restricted.Count == 0 || User.IsSuper)
            return null;
        if (!_refused.TryGetValue(combo, out var uid))
            _refused[combo] = uid = combo.Restricted.FirstOrDefault(o => !o.Sharing.CanWrite(User))?.Uid;
        return uid;
    }
}
