using System.Globalization;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>The two columns that a group set or category has in a structure table: one by its short name with the
/// name of the member's group, one by its UID with the group's UID.</summary>
/// <param name="Id">Key of the set.</param>
/// <param name="Uid">UID of the set.</param>
/// <param name="NameColumn">Name of the first column.</param>
/// <param name="UidColumn">Name of the second column; the UID.</param>
internal sealed record SetColumns(long Id, string Uid, string NameColumn, string UidColumn)
{
    /// <summary>Reads sets with columns id, uid, short name; UID columns are named first, since they are looked up.</summary>
    public static async Task<IReadOnlyList<SetColumns>> ReadAsync(
        System.Data.Common.DbConnection connection, string sql, ColumnNames names, CancellationToken cancellationToken)
    {
        var sets = await connection.ListAsync(sql, r => (Id: r.GetInt64(0), Uid: r.GetString(1), Name: r.GetString(2)), cancellationToken);
        var uids = sets.ConvertAll(s => names.Take(s.Uid));
        return [.. sets.Select((s, i) => new SetColumns(s.Id, s.Uid, names.Take(s.Name), uids[i]))];
    }

    /// <summary>Expressions of both columns over rows of one member: <c>f</c> has setid, name and uid of its group.</summary>
    public string Select() => string.Create(
        CultureInfo.InvariantCulture,
        $", any_value(f.name) filter (f.setid = {Id}) as {WarehouseSql.Quote(NameColumn)}, any_value(f.uid) filter (f.setid = {Id}) as {WarehouseSql.Quote(UidColumn)}");
}
