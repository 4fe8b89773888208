using System.Buffers;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Takes a document's objects into temporary tables of the write transaction: <c>staged</c> (the objects),
/// <c>staged_reference</c> (what they refer to) and <c>staged_error</c> (what is wrong with them). The tables spill to
/// disk, so that a document of any size needs little memory.</summary>
internal sealed class Staging : IDisposable
{
    private readonly IBulkLoad _objects;
    private readonly IBulkLoad _references;
    private readonly IBulkLoad _errors;
    private readonly ArrayBufferWriter<byte> _json = new(4096);
    private readonly Dictionary<string, MetadataType> _types = new(StringComparer.Ordinal);
    private long _sequence;

    // Of an object to be deleted only its identity matters.
    private readonly bool _identityOnly;
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);

    private Staging(IWarehouseWrite write, MetadataImportOptions options)
    {
        _identityOnly = options.Strategy == ImportStrategy.Delete;
        if (options.SkipSharing) _left.UnionWith(SharingMembers.Stored);
        if (options.SkipTranslation) _left.Add(SharingMembers.Translations);
        _objects = write.Load("staged");
        _references = write.Load("staged_reference");
        _errors = write.Load("staged_error");
    }

    /// <summary>Types of the document, in the order of their rank.</summary>
    public IReadOnlyList<MetadataType> Types => [.. _types.Values.OrderBy(t => t.Rank).ThenBy(t => t.Collection, StringComparer.Ordinal)];

    /// <summary>Creates the temporary tables and opens them for objects. Dispose before reading the tables.</summary>
    /// <param name="write">The transaction.</param>
    /// <param name="options">How the document is imported.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Staging> BeginAsync(IWarehouseWrite write, MetadataImportOptions options, CancellationToken cancellationToken)
    {
        await write.Connection.ExecuteAsync("""
            create or replace temp table staged (seq bigint, type varchar, idx integer, given varchar, uid varchar, code varchar, name varchar, shortname varchar,
                created timestamp, lastupdated timestamp, isdefault boolean, json varchar);
            create or replace temp table staged_reference (seq bigint, path varchar, association varchar, position integer, target varchar, given varchar, uid varchar, code varchar,
                soft boolean, plain boolean);
            create or replace temp table staged_error (seq bigint, code varchar, message varchar, severity integer, property varchar, value varchar, mainid varchar);
            create or replace temp table type_name (type varchar, short varchar);
            """, cancellationToken);
        using (var names = write.Load("type_name"))
        {
            foreach (var type in MetadataTypes.InOrder) names.Add(type.Collection).Add(type.ShortClass).EndRow();
        }
        return new Staging(write, options);
    }

    /// <summary>Checks an object by itself and takes it in.</summary>
    public void Add(DocumentObject item)
    {
        try
        {
            AddObject(item);
        }
        catch (InvalidOperationException e)
        {
            // A text with half a surrogate pair is JSON, and no text.
            throw Malformed(item, e);
        }
        catch (JsonException e)
        {
            throw Malformed(item, e);
        }
    }

    private void AddObject(DocumentObject item)
    {
        if (!_types.TryGetValue(item.Collection, out var type)) type = MetadataTypes.Of(item.Collection);
        using var document = PlainJson.Parse(item.Json);
        var root = document.RootElement;
        // Arrays of unknown members may hold anything; what has no id is no object of DHIS2.
        if (!MetadataTypes.IsKnown(type.Collection) && !root.TryGetProperty("id", out _)) return;
        _types.TryAdd(type.Collection, type);

        var seq = _sequence++;
        var check = new ObjectCheck(_identityOnly ? new MetadataType(type.Collection, type.Class, type.Rank) : type, root);
        var given = check.Uid;
        var uid = given ?? Metadata.Uid.New();
        var isDefault = type.DefaultUid is not null && (check.Name == DefaultObjects.Name || uid == type.DefaultUid);

        foreach (var error in check.Errors.Where(e => !_identityOnly || e.Property == "id")) AddError(seq, error);
        foreach (var reference in check.References)
        {
            _references.Add(seq).Add(reference.Path.Path).Add(reference.Path.Association).Add(reference.Position).Add(reference.Path.Target)
                .Add(reference.Given).Add(reference.Uid).Add(reference.Code).Add(reference.Path.Soft).Add(reference.Path.IsPlainList).EndRow();
        }
        _objects.Add(seq).Add(type.Collection).Add(item.Index).Add(uid).Add(isDefault ? type.DefaultUid : uid).Add(check.Code).Add(check.Name).Add(check.ShortName)
            .Add(check.Created).Add(check.LastUpdated).Add(isDefault).Add(Write(root, given is null ? uid : null)).EndRow();
    }

    public void Dispose()
    {
        _objects.Dispose();
        _references.Dispose();
        _errors.Dispose();
    }

    private void AddError(long seq, ImportError error) =>
        _errors.Add(seq).Add(error.Code).Add(error.Message).Add((int)error.Severity).Add(error.Property).Add(error.Value).Add((string?)null).EndRow();

    private static Dhis2Exception Malformed(DocumentObject item, Exception e) =>
        new(ErrorKind.InvalidArgument, $"Item {item.Index} of \"{item.Collection}\" is malformed: {e.Message}", inner: e) { HttpStatus = StatusCodes.Status409Conflict };

    private string Write(JsonElement root, string? newUid)
    {
        _json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(_json, PlainJson.Compact))
        {
            if (newUid is null && _left.Count == 0)
            {
                root.WriteTo(writer);
            }
            else
            {
                writer.WriteStartObject();
                if (newUid is not null) writer.WriteString("id", newUid);
                foreach (var property in root.EnumerateObject())
                    if (!(newUid is not null && property.NameEquals("id")) && !_left.Contains(property.Name)) property.WriteTo(writer);
                writer.WriteEndObject();
            }
        }
        var json = Encoding.UTF8.GetString(_json.WrittenSpan);
        return SecretMembers.MayBeIn(json) ? SecretMembers.Without(json) : json;
    }
}
