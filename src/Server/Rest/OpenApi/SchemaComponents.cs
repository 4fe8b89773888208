using System.Text.Json.Nodes;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Rest.Schema;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Dhis2Grpc.Server.Rest.OpenApi;

/// <summary>Schemas of the contracts' messages and enumerations as the edge reads and writes them: each is one component
/// of the document, and requests have their own, with what callers may set only.</summary>
/// <param name="document">Where the components are added.</param>
/// <param name="schema">How the edge reads and writes.</param>
/// <param name="comments">The contracts' comments.</param>
/// <param name="selectable">Messages of which callers may choose members by <c>fields</c>, so that none is always there.</param>
internal sealed class SchemaComponents(OpenApiDocument document, RestSchema schema, ContractComments comments, IReadOnlySet<MessageDescriptor> selectable)
{
    private readonly Dictionary<(IDescriptor, bool Input), string> _names = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>A message as it is written: a reference, or the array or map that a flattened one is.</summary>
    public IOpenApiSchema Output(MessageDescriptor message)
    {
        var plan = schema.Write(message);
        return message.Rest().Flatten ? Output(plan.Members[0].Field!) : Component(message, input: false, s => FillOutput(s, plan));
    }

    /// <summary>A field as it is written.</summary>
    public IOpenApiSchema Output(FieldDescriptor field) => Shape(field, input: false);

    /// <summary>A message as it is read.</summary>
    public IOpenApiSchema Input(MessageDescriptor message) => Component(message, input: true, s => FillInput(s, message));

    /// <summary>A field as it is read, with what is said of it.</summary>
    public IOpenApiSchema Input(FieldDescriptor field) => Described(Shape(field, input: true), field);

    /// <summary>DHIS2's envelope around a message, or around nothing.</summary>
    public IOpenApiSchema Envelope(MessageDescriptor? body)
    {
        var name = body is null ? "WebMessage" : $"{body.Name}Message";
        if (_taken.Add(name))
            document.AddComponent(name, EnvelopeSchema(body));
        return new OpenApiSchemaReference(name, document);
    }

    /// <summary>A schema given as JSON, as a component.</summary>
    public IOpenApiSchema Named(string name, string json)
    {
        if (_taken.Add(name))
            document.AddComponent(name, OpenApiModelFactory.Parse<OpenApiSchema>(json, OpenApiSpecVersion.OpenApi3_1, document, out _)!);
        return new OpenApiSchemaReference(name, document);
    }

    private OpenApiSchema EnvelopeSchema(MessageDescriptor? body)
    {
        var envelope = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Description = "DHIS2's envelope of outcomes.",
            Required = new HashSet<string> { "httpStatus", "httpStatusCode", "status" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["httpStatus"] = Text("HTTP reason phrase."),
                ["httpStatusCode"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "HTTP status, the same as that of the response." },
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = ["OK", "WARNING", "ERROR"], Description = "The outcome." },
                ["message"] = Text("The outcome in words."),
                ["devMessage"] = Text("What more there is to say, such as why an expression cannot be read."),
                ["errorCode"] = Text("DHIS2 error code, such as E1005."),
            },
        };
        if (body is not null)
            envelope.Properties["response"] = Output(body);
        return envelope;
    }

    private void FillOutput(OpenApiSchema target, WritePlan plan)
    {
        if (plan.ResponseType is { } type)
            target.Properties!["responseType"] = new OpenApiSchema { Type = JsonSchemaType.String, Const = type.Text, Description = "Kind of report; inside an envelope only." };
        foreach (var member in plan.Members)
        {
            if (member.Field is { } field)
            {
                target.Properties![member.Name] = Described(Shape(field, input: false), field);
                if (!selectable.Contains(plan.Descriptor) && IsAlwaysWritten(field))
                    target.Required!.Add(member.Name);
            }
            else if (TypedOneof.Of(plan.Descriptor, schema) is { } typed && typed.JsonName == member.Name)
            {
                target.Properties![member.Name] = AnyOf(typed, Output);
            }
            else
            {
                target.Properties![member.Name] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri", Description = "Where the object itself is served." };
            }
        }
    }

    private void FillInput(OpenApiSchema target, MessageDescriptor message)
    {
        var plan = schema.Read(message);
        foreach (var field in message.Fields.InDeclarationOrder().Where(f => plan.Find(f.JsonName)?.Field == f))
        {
            target.Properties![field.JsonName] = Input(field);
            if (IsRequired(field))
                target.Required!.Add(field.JsonName);
        }

        if (plan.Typed is { } typed)
            target.Properties![typed.JsonName] = AnyOf(typed, Input);
    }

    private OpenApiSchema AnyOf(TypedOneof typed, Func<MessageDescriptor, IOpenApiSchema> of) => new()
    {
        Description = comments.Of(typed.Oneof) is { Length: > 0 } said ? said : $"Depends on {typed.Discriminator.JsonName}.",
        AnyOf = [.. typed.Oneof.Fields.Select(f => of(f.MessageType))],
    };

    // A reference can carry a description of its own: what the field says is more than what its type says.
    private IOpenApiSchema Described(IOpenApiSchema shape, FieldDescriptor field)
    {
        var said = comments.Of(field);
        if (field.Rest().Aliases is { Count: > 0 } aliases)
            said += $"\n\nIn requests also accepted as {string.Join(", ", aliases)}.";
        if (said.Length > 0)
            shape.Description = said;
        return shape;
    }

    private IOpenApiSchema Shape(FieldDescriptor field, bool input)
    {
        if (field.IsMap)
        {
            return new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalProperties = Single(field.MessageType.FindFieldByNumber(2), input),
            };
        }

        if (!field.IsRepeated)
            return Single(field, input);
        var array = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Single(field, input) };
        array.UniqueItems = input && field.Rest().Parameter is { Set: true } ? true : null;
        return input && field.Rest().AcceptSingle ? new OpenApiSchema { OneOf = [array, Single(field, input)] } : array;
    }

    private IOpenApiSchema Single(FieldDescriptor field, bool input)
    {
        var options = field.Rest();
        if (options.RawJson)
            return new OpenApiSchema();
        if (field.FieldType == FieldType.Enum)
            return EnumOf(field.EnumType);
        if (field.FieldType == FieldType.Message && !ScalarInput.IsScalar(field))
            return input ? Input(field.MessageType) : Output(field.MessageType);
        var scalar = ScalarSchemas.Of(field, options);
        if (input && options.Parameter is { } parameter)
        {
            scalar.Minimum = parameter.HasMin ? parameter.Min.ToString(null, null) : null;
            scalar.Maximum = parameter.HasMax ? parameter.Max.ToString(null, null) : null;
            if (parameter.DefaultJson.Length > 0 && !field.IsRepeated)
                scalar.Default = JsonNode.Parse(parameter.DefaultJson);
        }

        return scalar;
    }

    private OpenApiSchemaReference EnumOf(EnumDescriptor type) => Component(type, input: false, s =>
    {
        s.Type = JsonSchemaType.String;
        var names = schema.Enum(type);
        s.Enum = [.. names.All.Select(n => (JsonNode)n)];
        s.Description += "\n\n" + string.Join('\n', type.Values.Where(v => names.NameOf(v.Number) is not null)
            .Select(v => $"- `{names.NameOf(v.Number)!.Text}`: {comments.Of(v).ReplaceLineEndings(" ")}"));
    });

    private OpenApiSchemaReference Component(IDescriptor descriptor, bool input, Action<OpenApiSchema> fill)
    {
        if (!_names.TryGetValue((descriptor, input), out var name))
        {
            name = descriptor.Name + (input ? "Input" : "");
            // Two packages may use one name.
            if (!_taken.Add(name))
                _taken.Add(name = string.Concat(descriptor.FullName.Split('.')[^3..^2].Select(p => char.ToUpperInvariant(p[0]) + p[1..])) + name);
            _names[(descriptor, input)] = name;
            var target = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = comments.Of(descriptor),
                Properties = new Dictionary<string, IOpenApiSchema>(),
                Required = new HashSet<string>(),
            };
            // It is there before its members are, since messages may contain themselves.
            document.AddComponent(name, target);
            fill(target);
        }

        return new OpenApiSchemaReference(name, document);
    }

    private static bool IsAlwaysWritten(FieldDescriptor field) =>
        field.Rest().Since == 0 && (field.IsRepeated || (!field.HasPresence && field.FieldType != FieldType.Enum && !field.Rest().RawJson));

    private static bool IsRequired(FieldDescriptor field) =>
        field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(FieldBehavior.Required) ?? false;

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
