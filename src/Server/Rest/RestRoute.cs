using System.Collections.Concurrent;
using Dhis2.Common.V1;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Rest.Schema;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest;

/// <summary>One HTTP rule of one method, compiled: how its request is bound and its response written.</summary>
internal sealed class RestRoute
{
    /// <summary>Distinct <c>fields</c> texts kept compiled; callers use few, and others are compiled each time.</summary>
    private const int KeptSelections = 256;

    private static readonly JsonName _responseType = new("responseType");

    private readonly ConcurrentDictionary<string, Selection> _selections = new(StringComparer.Ordinal);
    private readonly FieldDescriptor? _fields;
    private readonly FieldDescriptor? _property;
    private readonly FieldDescriptor? _responseBody;
    private readonly FieldDescriptor? _textResponse;
    private readonly FieldDescriptor? _pager;
    private readonly FieldPlan? _bodyMember;
    private readonly FieldPlan? _arrayUntil40;
    private readonly WritePlan _plan;
    private readonly WritePlan? _selected;
    private readonly Selection? _default;

    /// <summary>Compiles the rule.</summary>
    public RestRoute(MethodDescriptor method, HttpRule rule, RestSchema schema)
    {
        Method = method;
        Options = method.Rest();
        SuccessStatus = Options.SuccessStatus == 0 ? StatusCodes.Status200OK : Options.SuccessStatus;
        Request = new RequestPlan(method, rule, Options, schema);
        _plan = schema.Write(method.OutputType);
        Location = Options.Location.Length > 0 ? new LocationTemplate(Options.Location, method.OutputType) : null;
        _textResponse = Field(method.OutputType, Options.TextResponseField);
        _responseBody = Field(method.OutputType, rule.ResponseBody);
        _bodyMember = _responseBody is null ? null : _plan.Find(_responseBody.JsonName);
        _arrayUntil40 = Field(method.OutputType, Options.ArrayUntil40) is { } array ? _plan.Find(array.JsonName) : null;
        _pager = method.OutputType.Fields.InDeclarationOrder().FirstOrDefault(f => f.FieldType == FieldType.Message && f.MessageType.FullName == Pager.Descriptor.FullName);
        _fields = method.InputType.FindFieldByName("fields") is { FieldType: FieldType.String, IsRepeated: true } fields ? fields : null;
        _property = rule.Get.EndsWith("/{property}", StringComparison.Ordinal) ? method.InputType.FindFieldByName("property") : null;
        _selected = _bodyMember?.Nested?.Invoke() ?? _plan;
        Stream = method.IsServerStreaming ? new StreamPlan(_responseBody?.MessageType ?? method.OutputType, _responseBody, schema) : null;
        if (Options.DefaultListFields.Length > 0)
            _default = Compile(Options.DefaultListFields);
    }

    /// <summary>The method.</summary>
    public MethodDescriptor Method { get; }

    /// <summary>Its REST options.</summary>
    public RestMethod Options { get; }

    /// <summary>HTTP status of success.</summary>
    public int SuccessStatus { get; }

    /// <summary>How requests are bound.</summary>
    public RequestPlan Request { get; }

    /// <summary>Where a created object is served.</summary>
    public LocationTemplate? Location { get; }

    /// <summary>How the messages of a server stream are written; null for other methods.</summary>
    public StreamPlan? Stream { get; }

    /// <summary>The field of the response that is the body; null when the body is the whole.</summary>
    public FieldDescriptor? Body => _responseBody;

    /// <summary>The field that is the body up to version 40, as a bare array; null when the version does not matter.</summary>
    public FieldDescriptor? ArrayUntil40 => _arrayUntil40?.Field;

    /// <summary>The body is plain text.</summary>
    public bool IsText => _textResponse is not null;

    /// <summary>Messages of which the caller's <c>fields</c> choose members.</summary>
    public IEnumerable<MessageDescriptor> Selectable => _fields is null
        ? []
        : IsOfOneObject ? [_selected!.Descriptor] : _selected!.Members.Where(m => m is { Nested: not null, Field.IsRepeated: true }).Select(m => m.Nested!().Descriptor);

    /// <summary>The message that an envelope wraps, as <see cref="EnvelopeBody"/> finds it.</summary>
    public MessageDescriptor? Enveloped => _responseBody is not null
        ? _responseBody.MessageType
        : _plan.Members switch
        {
            [{ Nested: { } nested, Field.IsRepeated: false }] => nested().Descriptor,
            [] => null,
            _ => Method.OutputType,
        };

    /// <summary>The response's text, for methods that answer in plain text.</summary>
    public string? TextOf(IMessage response) => (string?)_textResponse?.Accessor.GetValue(response);

    /// <summary>What an envelope wraps: the response's body, if there is one.</summary>
    public (WritePlan Plan, IMessage Message)? EnvelopeBody(IMessage response)
    {
        if (_responseBody is not null)
            return _responseBody.Accessor.GetValue(response) is IMessage body ? (_bodyMember!.Nested!(), body) : null;
        // A response of one message, and nothing else, is that message.
        if (_plan.Members is [{ Nested: { } nested, Field: { IsRepeated: false } only }])
            return only.Accessor.GetValue(response) is IMessage body ? (nested(), body) : null;
        return _plan.Members.Count == 0 ? null : (_plan, response);
    }

    /// <summary>Writes the bare body; false when it is empty.</summary>
    public bool TryWriteBody(JsonOutput writer, IMessage response, RestCall call, WriteScope scope)
    {
        var selection = SelectionOf(call);
        if (_arrayUntil40 is not null)
        {
            if (RestVersion.IsUntil40(call.Version))
                return _arrayUntil40.TryWriteValue(writer, response, null, scope);
            if (_arrayUntil40.Field!.Accessor.GetValue(response) is System.Collections.ICollection { Count: 0 })
                return false;
        }

        if (Options.BareResponseType && EnvelopeBody(response) is var (plan, body) && plan.ResponseType is { } type)
        {
            writer.StartObject();
            writer.Name(_responseType);
            writer.String(type);
            plan.WriteMembers(writer, body, selection, scope);
            writer.EndObject();
            return true;
        }

        if (_bodyMember is not null)
            return _bodyMember.TryWriteValue(writer, response, selection, scope);
        _plan.Write(writer, response, selection, scope);
        return true;
    }

    /// <summary>Fills in the links of the pager to the pages beside it.</summary>
    public void LinkPages(HttpContext http, IMessage response, WriteScope scope)
    {
        if (_pager?.Accessor.GetValue(response) is Pager pager)
            PageLinks.Fill(pager, http, scope);
    }

    private Selection? SelectionOf(RestCall call)
    {
        if (_fields is null || call.Request is null)
            return _default;
        var fields = (IList<string>)_fields.Accessor.GetValue(call.Request);
        var text = fields.Count == 1 ? fields[0] : string.Join(',', fields);
        if (_property?.Accessor.GetValue(call.Request) is string { Length: > 0 } name)
            text = text.Length == 0 ? name : $"{name}[{text}]";
        else if (fields.Count == 0)
            return _default;
        if (_selections.TryGetValue(text, out var selection))
            return selection;
        selection = Compile(text);
        if (_selections.Count < KeptSelections)
            _selections[text] = selection;
        return selection;
    }

    // A response without a list is one object, also when it is no field of it.
    private bool IsOfOneObject => _bodyMember is not null || !_selected!.Members.Any(m => m is { Nested: not null, Field.IsRepeated: true });

    // Of one object the filter chooses members; of a list it chooses members of the elements.
    private Selection Compile(string text)
    {
        var filters = FieldFilter.Parse(text);
        return IsOfOneObject ? SelectionCompiler.Compile(_selected!, filters) : SelectionCompiler.CompileElements(_selected!, filters);
    }

    private static FieldDescriptor? Field(MessageDescriptor message, string name) => name.Length == 0
        ? null
        : message.FindFieldByName(name) ?? throw new InvalidOperationException($"{message.FullName} has no field {name}.");
}
