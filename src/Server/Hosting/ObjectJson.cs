using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Rest;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Rest.Schema;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Gives the services the REST face's JSON.</summary>
internal sealed class ObjectJson(RestSchema schema, IOptions<RestOptions> options) : IObjectJson
{
    /// <inheritdoc/>
    public JsonObject Write(IMessage message)
    {
        var output = new JsonOutput();
        schema.Write(message.Descriptor).Write(output, message, null, new WriteScope(options.Value.Zone, null, null));
        var json = JsonNode.Parse(output.Written.Span)!.AsObject();
        output.Reset();
        return json;
    }

    /// <inheritdoc/>
    public void Read(JsonObject json, IMessage message) =>
        new BodyReader(new ReadOnlySequence<byte>(JsonSerializer.SerializeToUtf8Bytes(json)), schema, options.Value.Zone).Read(message);

    /// <inheritdoc/>
    public bool Has(IMessage message, string member) =>
        schema.Write(message.Descriptor).Find(member) is not null || schema.Read(message.Descriptor).Find(member) is not null;
}
