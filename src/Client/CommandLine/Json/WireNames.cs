using System.Text;
using Dhis2.Scheduling.V1;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Dhis2Grpc.Client.CommandLine.Json;

/// <summary>DHIS2's names of enumeration values: those of the contracts without their prefix.</summary>
internal static class WireNames
{
    private static readonly EnumDescriptor JobTypes = JobTypeReflection.Descriptor.FindTypeByName<EnumDescriptor>("JobType");

    /// <summary>Name such as ANALYTICS_TABLE.</summary>
    public static string Of(JobType type) => Of(JobTypes, (int)type) ?? "";

    /// <summary>Name such as COMPLETED.</summary>
    public static string Of(JobRunState state) =>
        Of(JobRunReflection.Descriptor.FindTypeByName<EnumDescriptor>("JobRunState"), (int)state) ?? "";

    /// <summary>Name such as SCHEDULED.</summary>
    public static string Of(JobStatus status) =>
        Of(JobConfigurationReflection.Descriptor.FindTypeByName<EnumDescriptor>("JobStatus"), (int)status) ?? "";

    /// <summary>Name such as EXECUTE.</summary>
    public static string Of(JobRunTrigger trigger) =>
        Of(JobRunReflection.Descriptor.FindTypeByName<EnumDescriptor>("JobRunTrigger"), (int)trigger) ?? "";

    /// <summary>Name such as NOT_FOUND.</summary>
    public static string Of(StatusCode code) => Snake(code.ToString());

    /// <summary>Name of a value; null for the one that means not given. Unknown values are their number.</summary>
    public static string? Of(EnumDescriptor type, int number) =>
        number == 0 ? null
        : type.FindValueByNumber(number)?.Name[Prefix(type).Length..]
            ?? number.ToString(global::System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Value of a name, in any case, with dashes for underscores; null when there is none.</summary>
    public static int? Find(EnumDescriptor type, string name)
    {
        var full = Prefix(type) + name.Trim().Replace('-', '_').ToUpperInvariant();
        return type.FindValueByName(full) is { Number: > 0 } value ? value.Number : null;
    }

    /// <summary>Finds a job type by name.</summary>
    public static bool TryJobType(string name, out JobType type)
    {
        type = (JobType)(Find(JobTypes, name) ?? 0);
        return type != JobType.Unspecified;
    }

    /// <summary>All names of a type.</summary>
    public static IEnumerable<string> All(EnumDescriptor type) =>
        type.Values.Where(v => v.Number > 0).Select(v => v.Name[Prefix(type).Length..]);

    private static string Prefix(EnumDescriptor type) => Snake(type.Name) + "_";

    private static string Snake(string camel)
    {
        var text = new StringBuilder(camel.Length + 8);
        for (var i = 0; i < camel.Length; i++)
        {
            if (i > 0 && char.IsUpper(camel[i]) && !char.IsUpper(camel[i - 1]))
                text.Append('_');
            text.Append(char.ToUpperInvariant(camel[i]));
        }

        return text.ToString();
    }
}
