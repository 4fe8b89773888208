using System.Data.Common;
using System.Text;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Projects objects again that are stored already, as they are.</summary>
internal sealed class Reprojection(IWarehouseWrite write, DateTime now)
{
    private const int BatchSize = 1000;

    /// <summary>Projects all objects of the types that have tables.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => RunAsync(null, cancellationToken);

    /// <summary>Projects these, or all.</summary>
    public async Task RunAsync(IReadOnlyList<(string Type, string Uid)>? only, CancellationToken cancellationToken)
    {
        var connection = write.Connection;
        await connection.ExecuteAsync("create or replace temp table again (type varchar, uid varchar)", cancellationToken);
        if (only is null)
        {
            await connection.ExecuteAsync("insert into again select type, uid from object", cancellationToken);
        }
        else
        {
            using var load = write.Load("again");
            foreach (var (type, uid) in only) load.Add(type).Add(uid).EndRow();
        }
        var staging = await Staging.BeginAsync(write, new MetadataImportOptions(), cancellationToken);
        using (staging)
        {
            var last = ("", "");
            while (await BatchAsync(connection, last, cancellationToken) is { Count: > 0 } batch)
            {
                foreach (var (type, uid, json) in batch)
                {
                    staging.Add(new DocumentObject(type, 0, Encoding.UTF8.GetBytes(json)));
                    last = (type, uid);
                }
            }
        }
        await connection.ExecuteAsync("""
            update staged set created = o.created, lastupdated = o.lastupdated from object o where o.type = staged.type and o.uid = staged.uid;
            create or replace temp table candidate as select seq, type, uid, true as known, isdefault from staged;
            """, cancellationToken);
        await StagedChecks.ResolveCodesAsync(connection, false, cancellationToken);
        await new Projection(write, now).WriteAsync(staging.Types, cancellationToken);
    }

    private static Task<List<(string Type, string Uid, string Json)>> BatchAsync(DbConnection connection, (string Type, string Uid) after, CancellationToken cancellationToken) =>
        connection.ListAsync(
            $"select type, uid, json from object join again using (type, uid) where (type, uid) > ($type, $uid) order by type, uid limit {BatchSize}",
            r => (r.GetString(0), r.GetString(1), r.GetString(2)), cancellationToken, ("type", after.Type), ("uid", after.Uid));
}
