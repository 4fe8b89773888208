using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2.Scheduling.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Client.CommandLine.Json;

/// <summary>Reads job configurations as DHIS2 writes them.</summary>
internal static class JobJson
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default);

    private static readonly JsonDocumentOptions Lenient =
        new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Reads a document; read-only members are left out, unknown ones are refused.</summary>
    public static JobConfiguration Parse(string json)
    {
        var job = new JobConfiguration();
        var document = Object(json, "The job configuration");
        foreach (var (name, value) in document)
            ReadMember(job, name, value);
        if (document["jobParameters"] is JsonObject parameters)
            SetParameters(job, parameters);
        return job;
    }

    /// <summary>Sets the parameters of a job whose type is known.</summary>
    public static void SetParameters(JobConfiguration job, string json) =>
        SetParameters(job, Object(json, "The job parameters"));

    /// <summary>Field that holds the parameters of a type; null when the type has none.</summary>
    public static FieldDescriptor? ParametersOf(JobType type)
    {
        // Contract: the field's name is the type's wire name in lower case.
        var field = JobConfiguration.Descriptor.FindFieldByName(WireNames.Of(type).ToLowerInvariant());
        return field?.RealContainingOneof is null ? null : field;
    }

    /// <summary>Reads whole seconds, as number, as text, or as a time such as 02:30:00.</summary>
    public static Duration Seconds(string text)
    {
        if (long.TryParse(text, out var seconds) && seconds >= 0)
            return Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
        return TimeSpan.TryParse(text, null, out var span) && span >= TimeSpan.Zero
            ? Duration.FromTimeSpan(span)
            : throw new CommandException($"'{text}' is not a number of seconds, nor a time such as 02:30:00.");
    }

    private static void SetParameters(JobConfiguration job, JsonObject json)
    {
        if (job.JobType == JobType.Unspecified)
            throw new CommandException("Job parameters need a job type.");
        if (ParametersOf(job.JobType) is not { } field)
        {
            if (json.Count == 0)
                return;
            throw new CommandException($"{WireNames.Of(job.JobType)} has no parameters.");
        }

        var normal = new JsonObject();
        foreach (var (name, value) in json)
        {
            var parameter = field.MessageType.Fields.InDeclarationOrder()
                .FirstOrDefault(p => p.JsonName == name || p.Name == name)
                ?? throw new CommandException(
                    $"{WireNames.Of(job.JobType)} has no parameter '{name}'; it has {string.Join(", ", field.MessageType.Fields.InDeclarationOrder().Select(p => p.JsonName))}.");
            if (value is not null)
                normal[parameter.JsonName] = Normalise(parameter, value);
        }

        try
        {
            field.Accessor.SetValue(job, Parser.Parse(normal.ToJsonString(), field.MessageType));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new CommandException($"The job parameters are wrong: {e.Message}");
        }
    }

    private static JsonNode Normalise(FieldDescriptor field, JsonNode value)
    {
        if (field.IsRepeated && value is not JsonArray)
            return new JsonArray(Normalise1(field, value));
        return value is JsonArray array
            ? new JsonArray([.. array.Select(v => v is null ? null : Normalise1(field, v))])
            : Normalise1(field, value);
    }

    private static JsonNode Normalise1(FieldDescriptor field, JsonNode value)
    {
        if (field.FieldType != FieldType.Enum)
            return value.DeepClone();
        var number = WireNames.Find(field.EnumType, value.ToString()) ?? throw new CommandException(
            $"'{value}' is no value of {field.JsonName}; it has {string.Join(", ", WireNames.All(field.EnumType))}.");
        return JsonValue.Create(number);
    }

    private static void ReadMember(JobConfiguration job, string name, JsonNode? value)
    {
        switch (name)
        {
            case "id":
                job.Id = value?.ToString() ?? "";
                break;
            case "name":
                job.Name = value?.ToString() ?? "";
                break;
            case "code" when value is not null:
                job.Code = value.ToString();
                break;
            case "jobType":
                job.JobType = WireNames.TryJobType(value?.ToString() ?? "", out var type)
                    ? type
                    : throw new CommandException($"'{value}' is no job type; see `dhis2 jobs types`.");
                break;
            case "cronExpression" when value is not null:
                job.CronExpression = value.ToString();
                break;
            case "delay" when value is not null:
                job.Delay = Seconds(value.ToString());
                break;
            case "enabled" when value is not null:
                job.Enabled = bool.TryParse(value.ToString(), out var enabled)
                    ? enabled
                    : throw new CommandException($"enabled must be true or false, not '{value}'.");
                break;
            case "executedBy" when value is not null:
                job.ExecutedBy = value.ToString();
                break;
            case "timeZone" when value is not null:
                job.TimeZone = value.ToString();
                break;
            case "catchUpWindow" when value is not null:
                job.CatchUpWindow = Seconds(value.ToString());
                break;
            case "etag":
                job.Etag = value?.ToString() ?? "";
                break;
            case "jobParameters" or "href":
                break;
            default:
                if (JobConfiguration.Descriptor.Fields.InDeclarationOrder().All(f => f.JsonName != name))
                    throw new CommandException($"A job configuration has no member '{name}'.");
                break;
        }
    }

    private static JsonObject Object(string json, string what)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: Lenient) as JsonObject
                ?? throw new CommandException($"{what} must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw new CommandException($"{what} is no valid JSON: {e.Message}");
        }
    }
}
