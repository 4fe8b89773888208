using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>Exports what is stored as one document, streamed: types in the order of imports, objects by UID.</summary>
internal sealed class MetadataExport(IWarehouse warehouse, TimeProvider time)
{
    /// <summary>Authority to export everything, besides ALL.</summary>
    public const string Authority = "F_METADATA_EXPORT";

    private const int FlushSize = 64 << 10;

    /// <summary>Writes the document.</summary>
    /// <param name="output">Where to; left open.</param>
    /// <param name="types">Collections to export; empty: all.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops the export.</param>
    /// <exception cref="Dhis2Exception">The caller may not export everything. Nothing has been written then.</exception>
    public async Task ExportAsync(Stream output, IReadOnlyCollection<string> types, User caller, CancellationToken cancellationToken)
    {
        Authorize(types, caller);
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(cancellationToken);
        var stored = await connection.ListAsync("select distinct type from object", r => r.GetString(0), cancellationToken);
        var writer = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        Write(writer, $"{{\"system\":{{\"date\":\"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff}\"}}");
        foreach (var type in stored.Where(t => types.Count == 0 || types.Contains(t)).Select(MetadataTypes.Of).OrderBy(t => t.Rank).ThenBy(t => t.Collection, StringComparer.Ordinal))
        {
            Write(writer, $",\"{JsonEncodedText.Encode(type.Collection)}\":[");
            var first = true;
            await foreach (var json in connection.StreamAsync(Query(type), r => r.GetString(0), cancellationToken, ("type", type.Collection)))
            {
                Write(writer, first ? "\n" : ",\n");
                Write(writer, json);
                first = false;
                if (writer.UnflushedBytes >= FlushSize) await writer.FlushAsync(cancellationToken);
            }
            Write(writer, "]");
        }
        Write(writer, "}\n");
        await writer.CompleteAsync();
    }

    /// <summary>Refuses a caller who may not export this, before anything is written.</summary>
    /// <exception cref="Dhis2Exception">The caller may not export everything.</exception>
    public static void Authorize(IReadOnlyCollection<string> types, User caller)
    {
        if (types.Count > 0 || caller.Has(Authority)) return;
        throw new Dhis2Exception(ErrorKind.PermissionDenied, "Unfiltered access to metadata export requires super user or F_METADATA_EXPORT authority.")
        {
            HttpStatus = StatusCodes.Status409Conflict,
        };
    }

    // Path and level are told as they are now: they change when a unit above moves.
    private static string Query(MetadataType type) => type.Collection == "organisationUnits"
        ? """
          select json_merge_patch(o.json, json_object('path', u.path, 'level', u.hierarchylevel))
          from object o join organisationunit u using (uid) where o.type = $type order by u.hierarchylevel, o.uid
          """
        : "select json from object where type = $type order by uid";

    private static void Write(PipeWriter writer, string text) => Encoding.UTF8.GetBytes(text, writer);
}
