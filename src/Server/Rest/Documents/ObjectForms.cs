using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Rest.Writing;
using Dhis2Grpc.Server.Security;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Forms for callers that come by no HTTP request of the REST face.</summary>
internal sealed class ObjectForms(MetadataObjects objects, RestFormatter formatter, IOptions<RestOptions> options) : IObjectForms
{
    /// <inheritdoc/>
    public IObjectForm Of(IReadOnlyDictionary<string, string> fields, bool skipSharing, User caller) =>
        new ExportFields(objects, formatter, new WriteScope(options.Value.Zone, null, null), caller, fields, null, skipSharing);
}
