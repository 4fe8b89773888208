using Dhis2Grpc.Server.Rest.Schema;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest;

/// <summary>How the messages of a server stream become lines or events, compiled once.</summary>
internal sealed class StreamPlan
{
    private const string ResumeToken = "resume_token";

    private readonly FieldDescriptor? _body;
    private readonly FieldDescriptor? _token;
    private readonly OneofDescriptor? _event;

    /// <summary>Compiles it.</summary>
    /// <param name="message">What each line holds.</param>
    /// <param name="body">The field of the response that is written in its place; null to write it whole.</param>
    /// <param name="schema">Where plans are kept.</param>
    public StreamPlan(MessageDescriptor message, FieldDescriptor? body, RestSchema schema)
    {
        Plan = schema.Write(message);
        _body = body;
        _token = message.FindFieldByName(ResumeToken);
        _event = message.Oneofs.FirstOrDefault(o => !o.IsSynthetic && o.Name == "event");
    }

    /// <summary>How a message is written.</summary>
    public WritePlan Plan { get; }

    /// <summary>The message to write.</summary>
    public IMessage BodyOf(IMessage response) => _body is null ? response : (IMessage)_body.Accessor.GetValue(response);

    /// <summary>Token that resumes after the message: the event's id. Empty for none.</summary>
    public string TokenOf(IMessage body) => (string?)_token?.Accessor.GetValue(body) ?? "";

    /// <summary>Name of the event: which member of the oneof <c>event</c> is set; null for none.</summary>
    public string? EventOf(IMessage body) => _event?.Accessor.GetCaseFieldDescriptor(body)?.JsonName;

    /// <summary>Sets the request's resume token unless the request names one itself.</summary>
    public static void Resume(IMessage request, string token)
    {
        if (request.Descriptor.FindFieldByName(ResumeToken) is { FieldType: FieldType.String } field
            && field.Accessor.GetValue(request) is "")
            field.Accessor.SetValue(request, token);
    }
}
