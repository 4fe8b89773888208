using System.Text.Json;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Rest.Writing;
using Dhis2Grpc.Server.Rest.Writing.Stored;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Writes stored objects some at a time: what they refer to is looked up for all of these at once, and what is
/// written is sent on, so that memory does not grow with the list.</summary>
internal sealed class ObjectBatches(MetadataObjects objects, JsonOutput output, WriteScope scope, User caller)
{
    /// <summary>So many objects are looked up for at once.</summary>
    public const int BatchSize = 200;

    private const int SendSize = 256 << 10;

    private readonly StoredWriter _writer = new(output, scope, SecretMembers.IsSecret, ComputedMembers.IsComputed);
    private ObjectAccess? _access;

    /// <summary>Writes objects, and sends what is much.</summary>
    public async Task WriteAsync(HttpResponse response, IAsyncEnumerable<StoredObject> found, StoredSelection selection, CancellationToken cancellationToken)
    {
        var batch = new List<StoredObject>(BatchSize);
        await foreach (var stored in found.WithCancellation(cancellationToken))
        {
            batch.Add(stored);
            if (batch.Count < BatchSize)
                continue;
            await WriteAsync(batch, selection, cancellationToken);
            batch.Clear();
            if (output.Written.Length < SendSize)
                continue;
            if (!response.HasStarted)
                response.ContentType = "application/json";
            await response.Body.WriteAsync(output.Written, cancellationToken);
            output.Continue();
        }

        await WriteAsync(batch, selection, cancellationToken);
    }

    /// <summary>Writes objects.</summary>
    /// <param name="batch">The objects.</param>
    /// <param name="selection">What of them.</param>
    /// <param name="cancellationToken">Cancels looking up.</param>
    /// <param name="written">Called after each.</param>
    public async Task WriteAsync(
        IReadOnlyList<StoredObject> batch, StoredSelection selection, CancellationToken cancellationToken, Action? written = null)
    {
        var documents = new List<JsonDocument>(batch.Count);
        try
        {
            var hierarchy = selection.Asks(ComputedMembers.Hierarchy.Contains);
            var access = selection.Asks(m => m == ComputedMembers.Access) ? _access ??= await objects.AccessOfAsync(caller, cancellationToken) : null;
            var parsed = (await objects.CompleteAsync(batch, hierarchy, access, cancellationToken)).Select(o => Parse(o, documents)).ToList();
            var references = new StoredReferences();
            foreach (var stored in parsed)
                references.Collect(stored.Root, selection);
            while (references.IsPending)
            {
                var found = await objects.FindAsync(references.Missing, cancellationToken);
                references.Add((await objects.CompleteAsync(found, hierarchy, access, cancellationToken)).Select(o => Parse(o, documents)));
            }

            _writer.References = references;
            foreach (var stored in parsed)
            {
                _writer.Write(stored, selection);
                written?.Invoke();
            }
        }
        finally
        {
            foreach (var document in documents)
                document.Dispose();
        }
    }

    private static StoredJson Parse(StoredObject stored, List<JsonDocument> documents)
    {
        var document = JsonDocument.Parse(stored.Json, new JsonDocumentOptions { MaxDepth = 512 });
        documents.Add(document);
        return new StoredJson(stored.Collection, document.RootElement, stored.Created, stored.LastUpdated);
    }
}
