using System.Buffers;
using System.IO.Pipelines;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Rest.Writing.Stored;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>What the <c>fields</c> parameters of an export choose, such as <c>dataElements:fields</c>.</summary>
internal sealed class ExportFields(HttpContext http, IReadOnlyDictionary<string, string> byType, string? otherwise, bool skipSharing) : IObjectForm
{
    private const int BatchSize = 200;

    private static readonly IEnumerable<FieldFilter> NoSharing = SharingMembers.Exported.Select(m => new FieldFilter(m, true, null, []));

    /// <inheritdoc/>
    public bool Has(string collection) => byType.ContainsKey(collection) || otherwise is not null;

    /// <inheritdoc/>
    public async Task WriteAsync(string collection, IAsyncEnumerable<StoredObject> objects, PipeWriter output, CancellationToken cancellationToken)
    {
        var formatter = http.RequestServices.GetRequiredService<RestFormatter>();
        var filters = FieldFilter.Parse(byType.GetValueOrDefault(collection) ?? otherwise!);
        var selection = StoredSelection.Compile(skipSharing ? [.. filters, .. NoSharing] : filters);
        var json = formatter.Rent();
        try
        {
            var batches = new ObjectBatches(http.RequestServices.GetRequiredService<MetadataObjects>(), json, formatter.ScopeOf(http));
            await foreach (var batch in objects.Chunk(BatchSize).WithCancellation(cancellationToken))
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
