using System.Collections.Concurrent;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest.Schema;

/// <summary>What is compiled once from descriptors: names, and plans to read and write messages.</summary>
internal sealed class RestSchema
{
    private readonly ConcurrentDictionary<EnumDescriptor, EnumNames> _enums = new();
    private readonly ConcurrentDictionary<MessageDescriptor, WritePlan> _writes = new();
    private readonly ConcurrentDictionary<MessageDescriptor, ReadPlan> _reads = new();

    /// <summary>Names of an enum.</summary>
    public EnumNames Enum(EnumDescriptor descriptor) => _enums.GetOrAdd(descriptor, static d => new EnumNames(d));

    /// <summary>How to write a message.</summary>
    public WritePlan Write(MessageDescriptor descriptor) => _writes.GetOrAdd(descriptor, static (d, s) => new WritePlan(d, s), this);

    /// <summary>How to read a message.</summary>
    public ReadPlan Read(MessageDescriptor descriptor) => _reads.GetOrAdd(descriptor, static (d, s) => new ReadPlan(d, s), this);
}
