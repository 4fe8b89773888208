using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Paths of fields as HTTP rules write them, such as <c>job_configuration.id</c>.</summary>
internal static class FieldPath
{
    /// <summary>Finds the fields of a path.</summary>
    /// <exception cref="InvalidOperationException">The contract names a field that does not exist.</exception>
    public static FieldDescriptor[] Resolve(MessageDescriptor message, string path)
    {
        var fields = new List<FieldDescriptor>();
        foreach (var name in path.Split('.'))
        {
            var owner = fields.Count == 0 ? message : fields[^1].MessageType;
            fields.Add(owner.FindFieldByName(name) ?? throw new InvalidOperationException($"{message.FullName} has no field {path}."));
        }

        return [.. fields];
    }

    /// <summary>A contract's name as JSON spells it: <c>job_id</c> is jobId.</summary>
    public static string CamelCase(string snake) =>
        string.Concat(snake.Split('_').Select((w, i) => i == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..]));

    /// <summary>Value of the last field; null when a message on the way is absent.</summary>
    public static object? Get(IMessage message, FieldDescriptor[] path)
    {
        object? value = message;
        foreach (var field in path)
        {
            if (value is not IMessage owner)
                return null;
            value = field.Accessor.GetValue(owner);
        }

        return value;
    }

    /// <summary>The message that holds the last field; those on the way are created.</summary>
    public static IMessage Owner(IMessage message, FieldDescriptor[] path)
    {
        foreach (var field in path.AsSpan(0, path.Length - 1))
            message = Child(message, field);
        return message;
    }

    /// <summary>The message in a field, created when absent.</summary>
    public static IMessage Child(IMessage message, FieldDescriptor field)
    {
        if (field.Accessor.GetValue(message) is IMessage present)
            return present;
        var child = field.MessageType.Parser.ParseFrom(ByteString.Empty);
        field.Accessor.SetValue(message, child);
        return child;
    }
}
