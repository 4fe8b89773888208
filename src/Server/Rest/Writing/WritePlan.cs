using Dhis2Grpc.Server.Rest.Schema;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>How a message is written, compiled once from its descriptor.</summary>
internal sealed class WritePlan
{
    private readonly FieldPlan? _flat;
    private readonly Selection _all;
    private readonly Dictionary<string, FieldPlan> _byName;

    /// <summary>Compiles the plan.</summary>
    public WritePlan(MessageDescriptor descriptor, RestSchema schema)
    {
        Descriptor = descriptor;
        var options = descriptor.Rest();
        Members = FieldPlans.Of(descriptor, schema);
        ResponseType = options.ResponseType.Length > 0 ? new JsonName(options.ResponseType) : null;
        _flat = options.Flatten ? Members[0] : null;
        _all = new Selection([.. Members.Select(m => new SelectedMember(m.Encoded, m, null))]);
        _byName = Members.ToDictionary(m => m.Name, StringComparer.Ordinal);
    }

    /// <summary>The message.</summary>
    public MessageDescriptor Descriptor { get; }

    /// <summary>Members in the contract's order.</summary>
    public IReadOnlyList<FieldPlan> Members { get; }

    /// <summary>Value of <c>responseType</c> inside a WebMessage; null for none.</summary>
    public JsonName? ResponseType { get; }

    /// <summary>The member of that name.</summary>
    public FieldPlan? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Writes the message.</summary>
    public void Write(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope)
    {
        if (_flat is not null)
        {
            _flat.TryWriteValue(writer, message, selection, scope);
            return;
        }

        writer.StartObject();
        WriteMembers(writer, message, selection, scope);
        writer.EndObject();
    }

    /// <summary>Writes the members into an object that is open already.</summary>
    public void WriteMembers(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope)
    {
        foreach (ref readonly var member in (selection ?? _all).Members.AsSpan())
            member.Field.Write(writer, member.Name, message, member.Nested, scope);
    }
}
