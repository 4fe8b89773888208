using System.Text;
using LiteDB;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>What one transaction is to write. The latest version of a document wins.</summary>
internal sealed class WriteBatch
{
    // LiteDB's limit is 16 MB less some overhead.
    private const int MaxDocument = 15 * 1024 * 1024;

    private readonly Dictionary<(string Collection, string Id), BsonDocument?> _documents = [];

    /// <summary>The block of run news.</summary>
    public RunLogBlock Log { get; } = new();

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _documents.Count == 0 && Log.Count == 0;

    /// <summary>Number of documents.</summary>
    public int Count => _documents.Count;

    /// <summary>Writes a document.</summary>
    /// <exception cref="StorageException">It is too large.</exception>
    public void Put(string collection, BsonDocument document)
    {
        if (Size(document) > MaxDocument)
            throw new StorageException($"The document {document["_id"].AsString} of {collection} is too large to store.");
        _documents[(collection, document["_id"].AsString)] = document;
    }

    /// <summary>Deletes a document.</summary>
    public void Delete(string collection, string id) => _documents[(collection, id)] = null;

    /// <summary>Takes all of another batch over it.</summary>
    public void Add(WriteBatch other)
    {
        foreach (var (key, document) in other._documents)
            _documents[key] = document;
        Log.Add(other.Log);
        other.Clear();
    }

    /// <summary>Writes the documents.</summary>
    public void WriteTo(LiteDatabase database)
    {
        foreach (var ((collection, id), document) in _documents)
        {
            if (document is null)
                database.GetCollection(collection).Delete(id);
            else
                database.GetCollection(collection).Upsert(document);
        }
    }

    /// <summary>Empties it for the next transaction.</summary>
    public void Clear()
    {
        _documents.Clear();
        Log.Clear();
    }

    // Only texts and bytes can make one large; nothing long is nested.
    private static long Size(BsonDocument document) => document.Values.Sum(
        v => v.IsString ? Encoding.UTF8.GetByteCount(v.AsString) : v.IsBinary ? v.AsBinary.Length : 0L);
}
