using System.Text.Json.Nodes;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Objects in DHIS2's JSON, for changes that are told in that form. The host gives the REST face's own.</summary>
internal interface IObjectJson
{
    /// <summary>The object with all members that it has.</summary>
    JsonObject Write(IMessage message);

    /// <summary>Fills in what callers may set; the rest is ignored.</summary>
    /// <exception cref="Errors.Dhis2Exception">A member has a value that it cannot have.</exception>
    void Read(JsonObject json, IMessage message);

    /// <summary>Objects of the message's type may have a member of that name.</summary>
    bool Has(IMessage message, string member);
}
