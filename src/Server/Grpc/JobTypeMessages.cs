using System.Text;
using Dhis2.Rest.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>The job types and their parameters, read from the contract's descriptors: those of the DHIS2 version that
/// this server speaks. The messages are shared; nobody may change them.</summary>
internal sealed class JobTypeMessages
{
    // Until then DHIS2 wrote `required` as false whatever the parameter.
    private const int RequiredSince = 41;

    private readonly int _minor;

    public JobTypeMessages(JobCatalog catalog, IOptions<SystemInfoOptions> system)
    {
        _minor = system.Value.MinorVersion;
        foreach (var type in catalog.UserDefinable.Where(t => t.Since <= _minor && (t.Until == 0 || t.Until >= _minor)))
        {
            var properties = Properties(type).ToList();
            List.JobTypes.Add(new JobTypeInfo
            {
                Name = type.DisplayName,
                JobType = type.Type,
                Key = type.Key,
                SchedulingType = type.SchedulingType,
                JobParameters = { properties },
            });
            var byName = new JobParameterPropertyMap();
            foreach (var property in properties)
                byName.Properties.Add(property.Name, property);
            Extended.Types_.Add(type.WireName, byName);
        }
    }

    /// <summary>In DHIS2's enum order.</summary>
    public ListJobTypesResponse List { get; } = new();

    /// <summary>Parameters by name by type.</summary>
    public ListJobTypesExtendedResponse Extended { get; } = new();

    private IEnumerable<JobParameterProperty> Properties(JobTypeEntry type)
    {
        foreach (var field in type.Parameters?.Fields.InDeclarationOrder() ?? [])
        {
            var parameter = field.GetOptions()?.GetExtension(AnnotationsExtensions.RestField)?.Parameter ?? new JobParameter();
            if (parameter.Since <= _minor)
                yield return ToProperty(field, parameter);
        }
    }

    private JobParameterProperty ToProperty(FieldDescriptor field, JobParameter parameter)
    {
        var property = new JobParameterProperty
        {
            Name = field.JsonName,
            FieldName = Label(field.JsonName),
            Klass = field.IsRepeated ? parameter.Set ? "java.util.Set" : "java.util.List" : ClassOf(field, parameter),
            Collection = field.IsRepeated,
            EmbeddedObject = field.IsRepeated,
            Required = parameter.Required && _minor >= RequiredSince,
            GistPreferences = new GistPreferences { Included = "AUTO", Transformation = "AUTO" },
        };
        if (field.IsRepeated)
        {
            property.ItemKlass = ClassOf(field, parameter);
            property.CollectionName = field.JsonName;
        }

        if (field.FieldType == FieldType.Enum)
            property.Constants = new ConstantList { Values = { Constants(field.EnumType) } };
        if (parameter.RelativeApiEndpoint.Length > 0)
            property.RelativeApiEndpoint = parameter.RelativeApiEndpoint;
        if (parameter.DefaultJson.Length > 0)
            property.DefaultValue = parameter.DefaultJson;
        if (parameter.HasMin)
            property.Min = parameter.Min;
        if (parameter.HasMax)
            property.Max = parameter.Max;
        return property;
    }

    private IEnumerable<string> Constants(EnumDescriptor type) => type.Values
        .Where(v => v.Number != 0 && (v.GetOptions()?.GetExtension(AnnotationsExtensions.RestEnumValue)?.Since ?? 0) <= _minor)
        .Select(WireName.Of);

    private static string ClassOf(FieldDescriptor field, JobParameter parameter) => field.FieldType switch
    {
        FieldType.Enum => parameter.EnumClass,
        FieldType.Bool => "java.lang.Boolean",
        FieldType.Int32 => parameter.Long ? "java.lang.Long" : "java.lang.Integer",
        FieldType.Int64 => "java.lang.Long",
        _ => "java.lang.String",
    };

    // lastYears becomes "Last years".
    private static string Label(string name)
    {
        var label = new StringBuilder();
        foreach (var c in name)
        {
            if (label.Length == 0)
                label.Append(char.ToUpperInvariant(c));
            else if (char.IsUpper(c))
                label.Append(' ').Append(char.ToLowerInvariant(c));
            else
                label.Append(c);
        }

        return label.ToString();
    }
}
