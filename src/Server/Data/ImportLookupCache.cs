using System.Data.Common;
using Dhis2Grpc.Server.Metadata;

namespace Dhis2Grpc.Server.Data;

/// <summary>Keeps what imports look up while metadata does not change, so that a document of one value costs little more than
/// the value. The few latest ways of naming objects are kept.</summary>
internal sealed class ImportLookupCache
{
    private const int MaxKept = 3;

    private readonly Lock _lock = new();
    private readonly LinkedList<(IdSchemes Schemes, long Revision, ImportLookups Lookups)> _kept = [];

    /// <summary>What holds for the metadata that the connection's transaction sees.</summary>
    public async Task<ImportLookups> GetAsync(DbConnection connection, IdSchemes schemes, CancellationToken cancellationToken)
    {
        var revision = await MetadataRevision.ReadAsync(connection, cancellationToken);
        if (Find(schemes, revision) is { } known)
            return known;
        var lookups = await ImportLookups.LoadAsync(connection, schemes, cancellationToken);
        lock (_lock)
        {
            _kept.AddFirst((schemes, revision, lookups));
            while (_kept.Count > MaxKept || _kept.Last!.Value.Revision < revision)
                _kept.RemoveLast();
        }

        return lookups;
    }

    private ImportLookups? Find(IdSchemes schemes, long revision)
    {
        lock (_lock)
        {
            for (var node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Schemes != schemes || node.Value.Revision != revision)
                    continue;
                _kept.Remove(node);
                _kept.AddFirst(node);
                return node.Value.Lookups;
            }
        }

        return null;
    }
}
