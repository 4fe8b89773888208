using System.Buffers;
using System.IO.Pipelines;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Rest.Writing;
using Dhis2Grpc.Server.Rest.Writing.Stored;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>What the <c>fields</c> parameters of an export choose, such as <c>dataElements:fields</c>.</summary>
/// <param name="objects">Finds what objects refer to.</param>
/// <param name="formatter">Lends buffers.</param>
/// <param name="scope">What writing depends on.</param>
/// <param name="caller">Who asks.</param>
/// <param name="byType">The parameters by collection.</param>
/// <param name="otherwise">That of all others; null: they are written as they are stored.</param>
/// <param name="skipSharing">Without what tells who may see and change objects.</param>
internal sealed class ExportFields(
    MetadataObjects objects, RestFormatter formatter, WriteScope scope, User caller, IReadOnlyDictionary<string, string> byType, string? otherwise,
    bool skipSharing) : IObjectForm
{
    private const int BatchSize = 200;

    private static readonly IEnumerable<FieldFilter> NoSharing = SharingMembers.Exported.Select(m => new FieldFilter(m, true, null, []));

    /// <inheritdoc/>
    public bool Has(string collection) => byType.ContainsKey(collection) || otherwise is not null;

    /// <inheritdoc/>
    public async Task WriteAsync(string collection, IAsyncEnumerable<StoredObject> exported, PipeWriter output, CancellationToken cancellationToken)
    {
        var filters = FieldFilter.Parse(byType.GetValueOrDefault(collection) ?? otherwise!);
        var selection = StoredSelection.Compile(skipSharing ? [.. filters, .. NoSharing] : filters);
        var json = formatter.Rent();
        try
        {
            var batches = new ObjectBatches(objects, json, scope, caller);
            await foreach (var batch in exported.Chunk(BatchSize).WithCancellation(cancellationToken))
            {
                await batches.WriteAsync(batch, selection, cancellationToken);
                output.Write(json.Written.Span);
                json.Continue();
                await output.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            formatter.Return(json);
        }
    }
}
