using System.Data.Common;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Takes secrets out of objects that a version which kept them stored.</summary>
internal static class StoredSecrets
{
    /// <summary>Takes them out.</summary>
    public static async Task RemoveAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var holding = (await connection.ListAsync("select type, uid, json from object", r => (Type: r.GetString(0), Uid: r.GetString(1), Json: SecretMembers.MayBeIn(r.GetString(2)) ? r.GetString(2) : null),
            cancellationToken)).Where(o => o.Json is not null);
        foreach (var (type, uid, json) in holding)
        {
            await connection.ExecuteAsync("update object set json = $json where type = $type and uid = $uid", cancellationToken,
                ("json", SecretMembers.Without(json!)), ("type", type), ("uid", uid));
        }
    }
}
