using System.Data.Common;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Versions;

/// <summary>The versions of metadata that hold here: made here, or imported.</summary>
internal sealed class MetadataVersions(IWarehouse warehouse)
{
    private const int MaxName = 230;
    private const int HashLength = 32;
    private const string Columns = "select uid, name, versiontype, created, importdate, hashcode from metadataversion";

    /// <summary>The newest; null when there is none.</summary>
    public async Task<MetadataVersion?> CurrentAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return await CurrentAsync(connection, cancellationToken);
    }

    /// <summary>The version of a name; null when there is none.</summary>
    public async Task<MetadataVersion?> FindAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return await FindAsync(connection, name, cancellationToken);
    }

    /// <summary>All, the oldest first.</summary>
    public async Task<List<MetadataVersion>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        return await connection.ListAsync($"{Columns} order by created, name", Read, cancellationToken);
    }

    /// <summary>Records a version of another server whose snapshot is stored and imported. Once is enough: the same one again
    /// changes nothing.</summary>
    /// <exception cref="Dhis2Exception">Another version has the name, its snapshot is not stored, or it makes no sense.</exception>
    public async Task RecordImportedAsync(MetadataVersion version, CancellationToken cancellationToken)
    {
        Check(version);
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        if (await FindAsync(write.Connection, version.Name, cancellationToken) is { } existing)
        {
            if (existing.Uid == version.Uid && existing.HashCode.Equals(version.HashCode, StringComparison.OrdinalIgnoreCase)) return;
            throw Exists(version.Name);
        }

        var snapshot = await MetadataSnapshots.FindAsync(write.Connection, version.Name, cancellationToken);
        if (snapshot?.HashCode.Equals(version.HashCode, StringComparison.OrdinalIgnoreCase) is not true)
            throw new Dhis2Exception(ErrorKind.Conflict, $"The snapshot of metadata version {version.Name} is not stored.");
        await AddAsync(write.Connection, version, cancellationToken);
        await write.CommitAsync(cancellationToken);
    }

    /// <summary>The newest, as a connection sees it.</summary>
    internal static async Task<MetadataVersion?> CurrentAsync(DbConnection connection, CancellationToken cancellationToken) =>
        (await connection.ListAsync($"{Columns} order by created desc, name desc limit 1", Read, cancellationToken)).FirstOrDefault();

    /// <summary>The version of a name, as a connection sees it.</summary>
    internal static async Task<MetadataVersion?> FindAsync(DbConnection connection, string name, CancellationToken cancellationToken) =>
        (await connection.ListAsync($"{Columns} where name = $name", Read, cancellationToken, ("name", name))).FirstOrDefault();

    /// <summary>Adds one in the transaction of the connection.</summary>
    internal static Task AddAsync(DbConnection connection, MetadataVersion version, CancellationToken cancellationToken) => connection.ExecuteAsync(
        "insert into metadataversion (uid, name, versiontype, created, importdate, hashcode) values ($uid, $name, $type, $created, $imported, $hash)",
        cancellationToken, ("uid", version.Uid), ("name", version.Name), ("type", version.Type == MetadataVersionType.Atomic ? "ATOMIC" : "BEST_EFFORT"),
        ("created", ToStored(version.Created)), ("imported", version.Imported is { } imported ? ToStored(imported) : null), ("hash", version.HashCode));

    /// <summary>Another version has the name.</summary>
    internal static Dhis2Exception Exists(string name) => new(ErrorKind.AlreadyExists, $"Metadata version {name} exists already.", "E1004");

    // On the wire dates have milliseconds; a baseline must compare equal to what was sent.
    private static DateTime ToStored(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), DateTimeKind.Unspecified);

    private static MetadataVersion Read(DbDataReader row) => new()
    {
        Uid = row.GetString(0),
        Name = row.GetString(1),
        Type = row.GetString(2) == "ATOMIC" ? MetadataVersionType.Atomic : MetadataVersionType.BestEffort,
        Created = new DateTimeOffset(row.GetDateTime(3), TimeSpan.Zero),
        Imported = row.IsDBNull(4) ? null : new DateTimeOffset(row.GetDateTime(4), TimeSpan.Zero),
        HashCode = row.GetString(5),
    };

    private static void Check(MetadataVersion version)
    {
        var wrong = !Uid.IsValid(version.Uid) ? "id"
            : version.Name.Length is 0 or > MaxName || version.Name.AsSpan().ContainsAnyInRange('\0', '\x1f') ? "name"
            : version.HashCode.Length != HashLength || !version.HashCode.All(char.IsAsciiHexDigit) ? "hashCode"
            : version.Imported is null ? "importDate" : null;
        if (wrong is not null) throw new Dhis2Exception(ErrorKind.InvalidArgument, $"The {wrong} of the metadata version is not valid.");
    }
}
