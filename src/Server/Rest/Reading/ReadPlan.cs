using Dhis2Grpc.Server.Rest.Schema;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest.Reading;

/// <summary>Which JSON members a message takes, compiled once from its descriptor.</summary>
internal sealed class ReadPlan
{
    private readonly Dictionary<string, ReadMember> _members = new(StringComparer.Ordinal);

    /// <summary>Compiles the plan.</summary>
    public ReadPlan(MessageDescriptor descriptor, RestSchema schema)
    {
        Typed = TypedOneof.Of(descriptor, schema);
        foreach (var field in descriptor.Fields.InDeclarationOrder())
        {
            if (field.Rest().GrpcOnly || field.IsReadOnly() || (Typed is not null && field.ContainingOneof == Typed.Oneof))
                continue;
            var member = new ReadMember(field, schema);
            _members[field.JsonName] = member;
            foreach (var alias in field.Rest().Aliases)
                _members.TryAdd(alias, member);
        }
    }

    /// <summary>The message's typed oneof, if it has one.</summary>
    public TypedOneof? Typed { get; }

    /// <summary>The member of a name; null when callers cannot set it, or when it is unknown.</summary>
    public ReadMember? Find(string name) => _members.GetValueOrDefault(name);
}

/// <summary>A JSON member that a caller can set.</summary>
internal sealed class ReadMember(FieldDescriptor field, RestSchema schema)
{
    /// <summary>The field it sets.</summary>
    public FieldDescriptor Field { get; } = field;

    /// <summary>Its options.</summary>
    public Dhis2.Rest.V1.RestField Options { get; } = field.Rest();

    /// <summary>Names of its values; null unless it is an enum.</summary>
    public EnumNames? Names { get; } = field.FieldType == FieldType.Enum ? schema.Enum(field.EnumType) : null;
}
