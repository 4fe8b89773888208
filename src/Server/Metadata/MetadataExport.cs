using System.Data.Common;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>Exports what is stored as one document, streamed, all as of one instant: types in the order of imports.</summary>
internal sealed class MetadataExport(IWarehouse warehouse, TimeProvider time)
{
    /// <summary>Authority to export everything, besides ALL.</summary>
    public const string Authority = "F_METADATA_EXPORT";

    /// <summary>SQL of the content of an object <c>o</c>, as a number.</summary>
    internal const string Content = "md5_number_lower(o.json)";

    private const string UserAuthority = "F_USER_VIEW";
    private const int FlushSize = 64 << 10;

    /// <summary>Writes a document of these types, or of all.</summary>
    /// <exception cref="Dhis2Exception">The caller may not export everything. Nothing has been written then.</exception>
    public Task ExportAsync(Stream output, IReadOnlyCollection<string> types, User caller, CancellationToken cancellationToken) =>
        ExportAsync(output, new MetadataExportOptions { Types = [.. types.Select(t => new ExportedType(t))] }, null, caller, cancellationToken);

    /// <summary>Writes the document.</summary>
    /// <param name="output">Where to; left open.</param>
    /// <param name="options">What, and how.</param>
    /// <param name="form">Form of some types' objects; null: as they are stored.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops the export.</param>
    /// <exception cref="Dhis2Exception">The caller may not export everything, a filter makes no sense, or the object does not exist. Nothing
    /// has been written then.</exception>
    public async Task ExportAsync(Stream output, MetadataExportOptions options, IObjectForm? form, User caller, CancellationToken cancellationToken)
    {
        Authorize(options, caller);
        await ExportAsync(output, options, form, cancellationToken);
    }

    /// <summary>Writes the document, whoever asks for it.</summary>
    internal async Task ExportAsync(Stream output, MetadataExportOptions options, IObjectForm? form, CancellationToken cancellationToken)
    {
        await using var connection = await warehouse.OpenReadAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(cancellationToken);
        if (options.Root is { } root) await MetadataDependencies.CollectAsync(connection, root.Collection, root.Uid, cancellationToken);
        var sources = await SourcesAsync(connection, options, cancellationToken);

        var writer = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
        Write(writer, $"{{\"system\":{{{Describe(options.System)}\"date\":\"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff}\"}}");
        foreach (var (type, listing) in sources)
        {
            Write(writer, $",\"{JsonEncodedText.Encode(type.Collection)}\":[");
            var objects = listing?.ReadAsync(cancellationToken) ?? ReadAsync(connection, type, options, cancellationToken);
            if (options.ExcludeDefaults && type.DefaultUid is not null) objects = objects.Where(o => o.Uid != type.DefaultUid);
            if (form?.Has(type.Collection) == true) await form.WriteAsync(type.Collection, objects, writer, cancellationToken);
            else await WriteAsync(writer, new StoredForm(options), objects, cancellationToken);
            Write(writer, "]");
        }
        Write(writer, "}\n");
        await writer.CompleteAsync();
    }

    /// <summary>Refuses a caller who may not export this, before anything is written.</summary>
    /// <exception cref="Dhis2Exception">The caller may not export everything.</exception>
    public static void Authorize(MetadataExportOptions options, User caller)
    {
        if (caller.Has(Authority)) return;
        if (options.Types.Any(t => t.Collection == "users") && !caller.Has(UserAuthority))
            throw new Dhis2Exception(ErrorKind.PermissionDenied, $"Exporting user metadata requires the '{UserAuthority}' authority.") { HttpStatus = StatusCodes.Status409Conflict };
        if (options.Types.Count > 0 || options.Root is not null) return;
        throw new Dhis2Exception(ErrorKind.PermissionDenied, "Unfiltered access to metadata export requires super user or F_METADATA_EXPORT authority.")
        {
            HttpStatus = StatusCodes.Status409Conflict,
        };
    }

    private static async Task WriteAsync(PipeWriter writer, StoredForm form, IAsyncEnumerable<StoredObject> objects, CancellationToken cancellationToken)
    {
        var first = true;
        await foreach (var stored in objects.WithCancellation(cancellationToken))
        {
            Write(writer, first ? "\n" : ",\n");
            form.Write(writer, stored.Json);
            first = false;
            if (writer.UnflushedBytes >= FlushSize) await writer.FlushAsync(cancellationToken);
        }
    }

    // Filters are looked at before anything is written; a bad one can still be answered.
    private static async Task<List<(MetadataType Type, MetadataListing? Listing)>> SourcesAsync(
        DbConnection connection, MetadataExportOptions options, CancellationToken cancellationToken)
    {
        var from = options.Root is null ? $"object o where {Condition(options)}" : MetadataDependencies.Table;
        var stored = await connection.ListAsync($"select distinct type from {from}", r => r.GetString(0), cancellationToken);
        var asked = options.Types.ToDictionary(t => t.Collection, StringComparer.Ordinal);
        var sources = new List<(MetadataType, MetadataListing?)>();
        foreach (var type in stored.Where(t => !options.SkipTypes.Contains(t) && (asked.Count == 0 || asked.ContainsKey(t))).Select(MetadataTypes.Of).OrderBy(t => t.Rank).ThenBy(t => t.Collection, StringComparer.Ordinal))
        {
            var exported = asked.GetValueOrDefault(type.Collection) ?? new ExportedType(type.Collection);
            var query = options.Root is null ? exported.Query ?? options.Query : null;
            sources.Add((type, query is null ? null : await MetadataListing.OpenAsync(connection, type.Collection, query, cancellationToken)));
        }
        return sources;
    }

    // Objects by UID, units from the roots down, so that the same content makes the same document.
    private static IAsyncEnumerable<StoredObject> ReadAsync(DbConnection connection, MetadataType type, MetadataExportOptions options, CancellationToken cancellationToken)
    {
        var some = $" and {Condition(options)}{(options.Root is null ? "" : $" and o.uid in (select uid from {MetadataDependencies.Table} where type = $type)")}";
        // Path and level are told as they are now: they change when a unit above moves.
        var sql = type.Collection == "organisationUnits"
            ? $"""
              select o.uid, o.created, o.lastupdated, json_merge_patch(o.json, json_object('path', u.path, 'level', u.hierarchylevel))
              from object o join organisationunit u using (uid) where o.type = $type{some} order by u.hierarchylevel, o.uid
              """
            : $"select o.uid, o.created, o.lastupdated, o.json from object o where o.type = $type{some} order by o.uid";
        return connection.StreamAsync(sql, r => new StoredObject(type.Collection, r.GetString(0), r.GetDateTime(1), r.GetDateTime(2), r.GetString(3)),
            cancellationToken, ("type", type.Collection));
    }

    // By content, not by date: an object that comes from elsewhere keeps the date that it had there.
    private static string Condition(MetadataExportOptions options) => options.Unversioned
        ? $"not exists (from metadataversionobject v where v.type = o.type and v.uid = o.uid and v.content = {Content})"
        : "true";

    private static string Describe(ExportingSystem? system) => system is null
        ? ""
        : $"\"id\":\"{JsonEncodedText.Encode(system.Id)}\",\"rev\":\"{JsonEncodedText.Encode(system.Revision)}\",\"version\":\"{JsonEncodedText.Encode(system.Version)}\",";

    private static void Write(PipeWriter writer, string text) => Encoding.UTF8.GetBytes(text, writer);
}
