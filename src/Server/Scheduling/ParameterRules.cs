using System.Collections;
using System.Globalization;
using Dhis2.Rest.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Defaults and limits of job parameters, as the contract's field options tell them.</summary>
internal static class ParameterRules
{
    /// <summary>The parameters to store: a copy with the defaults of absent members, and sets without duplicates.</summary>
    /// <param name="type">Message of the job type's parameters; null when it has none.</param>
    /// <param name="given">What the caller gave; null means all defaults.</param>
    /// <exception cref="Dhis2Exception">The parameters are another type's.</exception>
    public static IMessage? Complete(MessageDescriptor? type, IMessage? given)
    {
        if (given is not null && given.Descriptor != type)
            throw new Dhis2Exception(ErrorKind.InvalidArgument, $"The parameters {given.Descriptor.Name} belong to another job type.", "E1003");
        if (type is null)
            return null;
        var parameters = type.Parser.ParseFrom(given?.ToByteString() ?? ByteString.Empty);
        foreach (var (field, rule) in Rules(type))
        {
            if (field.IsRepeated && rule.Set)
                RemoveDuplicates((IList)field.Accessor.GetValue(parameters));
            else if (field.HasPresence && rule.DefaultJson.Length > 0 && !field.Accessor.HasValue(parameters))
                field.Accessor.SetValue(parameters, Default(field, rule.DefaultJson));
        }

        return parameters;
    }

    /// <summary>What is wrong with the parameters.</summary>
    public static IEnumerable<ErrorReport> Check(IMessage parameters) =>
        Rules(parameters.Descriptor).SelectMany(r => Check(r.Field, r.Rule, parameters));

    private static IEnumerable<(FieldDescriptor Field, JobParameter Rule)> Rules(MessageDescriptor type)
    {
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            if (field.GetOptions()?.GetExtension(AnnotationsExtensions.RestField)?.Parameter is { } rule)
                yield return (field, rule);
        }
    }

    private static IEnumerable<ErrorReport> Check(FieldDescriptor field, JobParameter rule, IMessage parameters)
    {
        var value = field.Accessor.GetValue(parameters);
        var name = field.JsonName;
        if (value is IList list)
        {
            if (rule.Required && list.Count == 0)
                yield return EmptyList(parameters, name);
            if (rule.Uid && list.Cast<string>().FirstOrDefault(v => !Uids.IsValid(v)) is { } malformed)
                yield return JobErrors.InvalidUid(malformed, name);
            if (field.FieldType == FieldType.Enum && list.Cast<object>().Any(v => !IsLegal(field, v) || (int)v == 0))
                yield return NotLegal(name);
        }
        else if (field.FieldType == FieldType.Enum)
        {
            if (!IsLegal(field, value))
                yield return NotLegal(name);
            else if (rule.Required && (int)value == 0)
                yield return JobErrors.Missing(name, rule.EnumClass);
        }
        else if (value is string text)
        {
            if (rule.Required && text.Length == 0)
                yield return JobErrors.Missing(name, JobErrors.Text);
        }
        else if (rule.HasMin && (rule.Required || !field.HasPresence || field.Accessor.HasValue(parameters)))
        {
            // As in DHIS2, a required number that is absent counts as 0.
            var number = Convert.ToInt64(value, CultureInfo.InvariantCulture);
            var max = rule.HasMax ? rule.Max : int.MaxValue;
            if (number < rule.Min || number > max)
                yield return JobErrors.OutOfRange(name, rule.Min, max, number);
        }
    }

    // DHIS2 has a check of its own for push analyses, with another code.
    private static ErrorReport EmptyList(IMessage parameters, string name) =>
        parameters is PushAnalysisParameters ? JobErrors.InvalidUid("[]", name) : JobErrors.Missing(name, "java.util.List");

    private static ErrorReport NotLegal(string name) => JobErrors.Invalid(name, $"Property `{name}` has a value that is none of its constants");

    private static bool IsLegal(FieldDescriptor field, object value) => field.EnumType.FindValueByNumber((int)value) is not null;

    private static void RemoveDuplicates(IList values)
    {
        var seen = new HashSet<object>();
        for (var i = 0; i < values.Count; i++)
        {
            if (!seen.Add(values[i]!))
                values.RemoveAt(i--);
        }
    }

    private static object Default(FieldDescriptor field, string json) => field.FieldType switch
    {
        FieldType.Int32 => int.Parse(json, CultureInfo.InvariantCulture),
        FieldType.Int64 => long.Parse(json, CultureInfo.InvariantCulture),
        FieldType.Bool => bool.Parse(json),
        _ => throw new InvalidOperationException($"{field.FullName} has a default of a kind that is not supported."),
    };
}
