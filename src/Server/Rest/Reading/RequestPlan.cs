using System.Buffers;
using System.Collections;
using System.Collections.Concurrent;
using System.Text;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Rest.Schema;
using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.WebUtilities;

namespace Dhis2Grpc.Server.Rest.Reading;

/// <summary>How a method's request is bound from path, query and body, compiled once a route.</summary>
internal sealed class RequestPlan
{
    private readonly RestSchema _schema;
    private readonly MessageDescriptor _message;
    private readonly FieldDescriptor? _bodyField;
    private readonly FieldDescriptor? _textField;
    private readonly FieldDescriptor? _operations;
    private readonly FieldDescriptor? _members;
    private readonly FieldDescriptor? _version;
    private readonly bool _optionalBody;
    private readonly Dictionary<string, ReadMember> _query = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ReadMember>.AlternateLookup<ReadOnlySpan<char>> _queryLookup;
    private readonly ConcurrentDictionary<string, (FieldDescriptor[] Path, ReadMember Member)> _path = new(StringComparer.Ordinal);

    /// <summary>Compiles the plan.</summary>
    public RequestPlan(MethodDescriptor method, HttpRule rule, RestMethod options, RestSchema schema)
    {
        (_schema, _message, _optionalBody) = (schema, method.InputType, options.OptionalBody);
        HasBody = rule.Body.Length > 0;
        _bodyField = rule.Body is "" or "*" ? null : _message.FindFieldByName(rule.Body);
        _textField = options.TextRequestField.Length > 0 ? _message.FindFieldByName(options.TextRequestField) : null;
        _version = _message.Fields.InDeclarationOrder().FirstOrDefault(f => f.Rest().PathVersion);
        if (options.Patch)
            (_operations, _members) = (_message.FindFieldByName("operations"), _message.FindFieldByName("members"));
        // With body "*" the message is the body, and the query sets nothing but a text that need not be in the body; a patch is
        // a part of the message only.
        foreach (var field in _message.Fields.InDeclarationOrder()
            .Where(f => rule.Body == "*" && !options.Patch ? f == _textField && _optionalBody : f != _bodyField))
        {
            if (field == _operations || field == _members)
                continue;
            if (field.Rest().GrpcOnly || field.IsMap || !ScalarInput.IsScalar(field))
                continue;
            var member = new ReadMember(field, schema);
            _query[field.JsonName] = member;
            _query.TryAdd(field.Name, member);
        }

        _queryLookup = _query.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The method takes a body.</summary>
    public bool HasBody { get; }

    /// <summary>What the body is read into: a field of the request, or all of it.</summary>
    public MessageDescriptor Body => _bodyField?.MessageType ?? _message;

    /// <summary>The field that takes a body of plain text, or of one JSON text.</summary>
    public FieldDescriptor? TextBody => _textField;

    /// <summary>The operation of a patch; null when the body is none.</summary>
    public MessageDescriptor? Operation => _operations?.MessageType;

    /// <summary>The request is a patch by members, which is answered without a body.</summary>
    public bool IsPartial(IMessage? request) => _members is not null && request is not null && _members.Accessor.HasValue(request);

    /// <summary>Fields that the query sets.</summary>
    public IEnumerable<FieldDescriptor> Query => _query.Values.Select(m => m.Field).Distinct();

    /// <summary>Fills in the request.</summary>
    /// <exception cref="Dhis2Exception">Something cannot be read.</exception>
    public ValueTask BindAsync(IMessage request, HttpContext http, RouteValueDictionary path, TimeZoneInfo zone)
    {
        if (HasBody)
            return BindWithBodyAsync(request, http, path, zone);
        BindUrl(request, http, path, zone);
        return ValueTask.CompletedTask;
    }

    private async ValueTask BindWithBodyAsync(IMessage request, HttpContext http, RouteValueDictionary path, TimeZoneInfo zone)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.IsCompleted)
            {
                try
                {
                    BindBody(request, http, read.Buffer, zone);
                }
                finally
                {
                    reader.AdvanceTo(read.Buffer.End);
                }

                break;
            }

            // The limit of the listener ends this; what was read stays until the body is whole.
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        // The path has the last word: it names the object.
        BindUrl(request, http, path, zone);
    }

    private void BindBody(IMessage request, HttpContext http, ReadOnlySequence<byte> body, TimeZoneInfo zone)
    {
        var media = MediaType.Of(http.Request);
        body = media.ToUtf8(body);
        if (IsBlank(body))
        {
            if (_optionalBody)
                return;
            throw Refused("The request body is missing.");
        }

        if (media.IsText && _textField is not null)
        {
            _textField.Accessor.SetValue(request, Encoding.UTF8.GetString(body).Trim());
            return;
        }

        if (!media.IsJson)
            throw media.Unsupported(_textField is null ? "application/json" : "application/json or text/plain");
        var isUntil40 = RestVersion.IsUntil40(RestVersion.Of(http));
        var reader = new BodyReader(body, _schema, zone, isUntil40);
        if (_operations is not null)
        {
            if (media.IsPatch)
                reader.ReadArray(request, _operations);
            else if (isUntil40)
                _members!.Accessor.SetValue(request, reader.ReadObject());
            else
                throw media.Unsupported("application/json-patch+json");
            return;
        }

        if (_textField is not null && reader.ReadText() is { } text)
        {
            _textField.Accessor.SetValue(request, text);
            return;
        }

        var target = _bodyField is null ? request : FieldPath.Child(request, _bodyField);
        if (!reader.Read(target) && !_optionalBody)
            throw Refused("The request body is null.");
    }

    private void BindUrl(IMessage request, HttpContext http, RouteValueDictionary path, TimeZoneInfo zone)
    {
        foreach (var (name, value) in path)
        {
            if (value is not string text)
                continue;
            var (fields, member) = _path.GetOrAdd(name, static (n, p) => p.Resolve(n), this);
            member.Field.Accessor.SetValue(FieldPath.Owner(request, fields), FromUrl(member, EncodedSlash.Decode(text, http), "path", zone));
        }

        if (_version is not null && RestVersion.Of(http) is { } version)
            _version.Accessor.SetValue(request, version);
        foreach (var pair in new QueryStringEnumerable(http.Request.QueryString.Value))
        {
            var name = pair.DecodeName().Span;
            if (!_queryLookup.TryGetValue(name, out var member) || path.ContainsKey(member.Field.Name))
                continue;
            var text = pair.DecodeValue().ToString();
            // An empty value is an absent one.
            if (text.Length == 0)
                continue;
            if (member.Options.LenientUntil40 && RestVersion.IsUntil40(RestVersion.Of(http)) && ScalarInput.Parse(member, text, zone) is null)
                continue;
            var value = FromUrl(member, text, "query", zone);
            if (member.Field.IsRepeated)
                ((IList)member.Field.Accessor.GetValue(request)).Add(value);
            else
                member.Field.Accessor.SetValue(request, value);
        }
    }

    private (FieldDescriptor[], ReadMember) Resolve(string name)
    {
        var fields = FieldPath.Resolve(_message, name);
        return (fields, new ReadMember(fields[^1], _schema));
    }

    private static object FromUrl(ReadMember member, string text, string where, TimeZoneInfo zone)
    {
        if (member.Names is { } names)
        {
            return names.TryNumberIgnoringCase(text, out var number)
                ? System.Enum.ToObject(member.Field.EnumType.ClrType, number)
                : throw new Dhis2Exception(ErrorKind.InvalidArgument, $"No enum constant {names.JavaClass}.{text.ToUpperInvariant()}");
        }

        return ScalarInput.Parse(member, text, zone)
            ?? throw new Dhis2Exception(ErrorKind.InvalidArgument, $"`{text}` in the {where} is not valid for `{member.Field.JsonName}`, which must be {ScalarInput.Expected(member)}.");
    }

    private static bool IsBlank(ReadOnlySequence<byte> body)
    {
        foreach (var segment in body)
        {
            if (segment.Span.IndexOfAnyExcept(" \t\r\n"u8) >= 0)
                return false;
        }

        return true;
    }

    private static Dhis2Exception Refused(string message) =>
        new(ErrorKind.InvalidArgument, message) { HttpStatus = StatusCodes.Status409Conflict };
}
