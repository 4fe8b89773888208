using System.Text;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Rest;
using Dhis2Grpc.Server.Rest.Documents;
using Dhis2Grpc.Server.Rest.Writing;
using Dhis2Grpc.Server.Rest.Writing.Stored;
using Dhis2Grpc.Server.Security;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Gives the services the REST face's JSON of stored objects.</summary>
internal sealed class StoredObjectJson(MetadataObjects objects, IOptions<RestOptions> options) : IStoredJson
{
    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> WriteAsync(
        IReadOnlyList<StoredObject> stored, string fields, User caller, CancellationToken cancellationToken)
    {
        var selection = StoredSelection.Compile(FieldFilter.Parse(fields));
        var scope = new WriteScope(options.Value.Zone, null, null);
        var written = new List<string>(stored.Count);
        foreach (var batch in stored.Chunk(ObjectBatches.BatchSize))
        {
            var output = new JsonOutput();
            var ends = new List<int>(batch.Length);
            await new ObjectBatches(objects, output, scope, caller).WriteAsync(batch, selection, cancellationToken, () => ends.Add(output.Written.Length));
            var start = 0;
            foreach (var end in ends)
            {
                written.Add(Encoding.UTF8.GetString(output.Written.Span[start..end]).TrimStart(','));
                start = end;
            }

            output.Reset();
        }

        return written;
    }
}
