using System.Collections.Frozen;
using System.Globalization;
using Dhis2.Scheduling.V1;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Names of enumeration values as DHIS2 writes them: without the prefix that protobuf asks for.</summary>
internal static class WireName
{
    private static readonly FrozenDictionary<JobType, string> JobTypes = JobTypeReflection.Descriptor
        .FindTypeByName<EnumDescriptor>(nameof(JobType))
        .Values.ToFrozenDictionary(v => (JobType)v.Number, Of);

    /// <summary>The name of a job type; its number when the contract does not know it.</summary>
    public static string Of(JobType type) =>
        JobTypes.TryGetValue(type, out var name) ? name : ((int)type).ToString(CultureInfo.InvariantCulture);

    /// <summary>The name of a value.</summary>
    public static string Of(EnumValueDescriptor value) => value.Name[Prefix(value.EnumDescriptor).Length..];

    // The zero value is the prefix and UNSPECIFIED.
    private static string Prefix(EnumDescriptor type) => type.FindValueByNumber(0).Name[..^"UNSPECIFIED".Length];
}
