using Dhis2Grpc.Server.Errors;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Which fields a caller wants filled in.</summary>
internal readonly struct ReadMask
{
    private readonly FieldMask? _mask;

    private ReadMask(FieldMask? mask) => _mask = mask;

    /// <summary>All fields are wanted.</summary>
    public bool IsAll => _mask is null;

    /// <summary>Reads a mask; absent, empty or <c>*</c> means all.</summary>
    /// <exception cref="Dhis2Exception">It names a field that does not exist (E1003).</exception>
    public static ReadMask Of(MessageDescriptor type, FieldMask? mask)
    {
        if (mask is null || mask.Paths.Count == 0 || mask.Paths.Contains("*"))
            return default;
        foreach (var path in mask.Paths)
        {
            if (!FieldMask.IsValid(type, path))
                throw new Dhis2Exception(ErrorKind.InvalidArgument, $"read_mask: {type.Name} has no field `{path}`.", "E1003");
        }

        return new(mask);
    }

    /// <summary>A message with the wanted fields only.</summary>
    public T Apply<T>(T message)
        where T : class, IMessage, new()
    {
        if (_mask is null)
            return message;
        var wanted = new T();
        _mask.Merge(message, wanted);
        return wanted;
    }
}
