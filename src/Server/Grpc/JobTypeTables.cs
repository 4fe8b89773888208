using System.Text;
using Dhis2.Rest.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Scheduling;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>The job types of one DHIS2 version.</summary>
internal sealed class JobTypeTables
{
    /// <summary>The newest minor version that the contract tells apart from others.</summary>
    public const int Newest = 44;

    // Until then DHIS2 wrote `required` as false whatever the parameter.
    private const int RequiredSince = 41;
    private const int SortableSince = 43;

    /// <summary>Describes the types.</summary>
    /// <param name="catalog">All types.</param>
    /// <param name="minor">The version, such as 40.</param>
    public JobTypeTables(JobCatalog catalog, int minor)
    {
        foreach (var type in catalog.UserDefinable.Where(t => t.Since <= minor && !t.IsGoneIn(minor)))
        {
            var properties = Properties(type, minor).ToList();
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

    private static IEnumerable<JobParameterProperty> Properties(JobTypeEntry type, int minor)
    {
        foreach (var field in type.Parameters?.Fields.InDeclarationOrder() ?? [])
        {
            var parameter = field.GetOptions()?.GetExtension(AnnotationsExtensions.RestField)?.Parameter ?? new JobParameter();
            if (parameter.Since <= minor && (parameter.Until == 0 || parameter.Until >= minor))
                yield return ToProperty(field, parameter, minor);
        }
    }

    private static JobParameterProperty ToProperty(FieldDescriptor field, JobParameter parameter, int minor)
    {
        var property = new JobParameterProperty
        {
            Name = field.JsonName,
            FieldName = Label(field.JsonName),
            Klass = field.IsRepeated ? parameter.Set ? "java.util.Set" : "java.util.List" : ClassOf(field, parameter),
            Collection = field.IsRepeated,
            EmbeddedObject = field.IsRepeated,
            Required = parameter.Required && minor >= RequiredSince,
            GistPreferences = new GistPreferences { Included = "AUTO", Transformation = "AUTO" },
        };
        if (field.IsRepeated)
        {
            property.ItemKlass = ClassOf(field, parameter);
            property.CollectionName = field.JsonName;
        }

        if (field.FieldType == FieldType.Enum)
            property.Constants = new ConstantList { Values = { Constants(field.EnumType, minor) } };
        if (parameter.RelativeApiEndpoint.Length > 0)
            property.RelativeApiEndpoint = parameter.RelativeApiEndpoint;
        if (parameter.DefaultJson.Length > 0)
            property.DefaultValue = parameter.DefaultJson;
        if (parameter.HasMin)
            property.Min = parameter.Min;
        if (parameter.HasMax)
            property.Max = parameter.Max;
        if (minor >= SortableSince)
            property.Sortable = false;
        return property;
    }

    private static IEnumerable<string> Constants(EnumDescriptor type, int minor) => type.Values
        .Where(v => v.Number != 0 && Options(v).Since <= minor)
        // What was moved stands behind the value that it follows.
        .OrderBy(v => minor >= RequiredSince && Options(v).FollowsSince41 > 0 ? (Options(v).FollowsSince41, 1) : (v.Number, 0))
        .Select(WireName.Of);

    private static RestEnumValue Options(EnumValueDescriptor value) =>
        value.GetOptions()?.GetExtension(AnnotationsExtensions.RestEnumValue) ?? new RestEnumValue();

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
