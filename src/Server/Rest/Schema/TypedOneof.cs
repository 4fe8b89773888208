using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest.Schema;

/// <summary>A oneof of messages whose field names are the lower-case wire names of an enum field beside it. DHIS2's JSON
/// writes it as one member, named after the oneof, and tells the type by the enum: <c>jobType</c> and
/// <c>jobParameters</c>.</summary>
internal sealed class TypedOneof
{
    private readonly Dictionary<int, FieldDescriptor> _byType;

    private TypedOneof(OneofDescriptor oneof, FieldDescriptor discriminator, Dictionary<int, FieldDescriptor> byType)
    {
        Oneof = oneof;
        Discriminator = discriminator;
        JsonName = FieldPath.CamelCase(oneof.Name);
        _byType = byType;
    }

    /// <summary>The oneof.</summary>
    public OneofDescriptor Oneof { get; }

    /// <summary>The enum field that tells which member is meant.</summary>
    public FieldDescriptor Discriminator { get; }

    /// <summary>Name of the JSON member.</summary>
    public string JsonName { get; }

    /// <summary>Finds the typed oneof of a message, if it has one.</summary>
    public static TypedOneof? Of(MessageDescriptor message, RestSchema schema)
    {
        foreach (var oneof in message.Oneofs.Where(o => !o.IsSynthetic && o.Fields.All(f => f.FieldType == FieldType.Message)))
        {
            foreach (var field in message.Fields.InDeclarationOrder().Where(f => f.FieldType == FieldType.Enum && !f.IsRepeated))
            {
                var names = schema.Enum(field.EnumType);
                var byType = new Dictionary<int, FieldDescriptor>();
                foreach (var member in oneof.Fields)
                {
                    if (names.TryNumberIgnoringCase(member.Name, out var number))
                        byType[number] = member;
                }

                if (byType.Count == oneof.Fields.Count)
                    return new TypedOneof(oneof, field, byType);
            }
        }

        return null;
    }

    /// <summary>The member for the message's type; null when the type has none.</summary>
    public FieldDescriptor? MemberFor(IMessage message) =>
        _byType.GetValueOrDefault(Convert.ToInt32(Discriminator.Accessor.GetValue(message), null));
}
