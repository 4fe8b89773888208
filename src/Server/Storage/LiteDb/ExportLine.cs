using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A line of an export; one member is there.</summary>
internal sealed record ExportLine
{
    /// <summary>A setting.</summary>
    public KeyValuePair<string, string>? Setting { get; init; }

    /// <summary>A user.</summary>
    public User? User { get; init; }

    /// <summary>A job configuration.</summary>
    public JobConfiguration? Job { get; init; }

    /// <summary>A job's state.</summary>
    public JobState? State { get; init; }

    /// <summary>A run in progress.</summary>
    public JobRun? Running { get; init; }

    /// <summary>That run's last sign of life.</summary>
    public DateTimeOffset? Alive { get; init; }

    /// <summary>The latest completed run of its type.</summary>
    public JobRun? Latest { get; init; }

    /// <summary>An ended run.</summary>
    public JobRun? Run { get; init; }

    /// <summary>The last line.</summary>
    public bool End { get; init; }
}

/// <summary>How lines are written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true,
    Converters = [typeof(ParametersConverter), typeof(AuthoritiesConverter)])]
[JsonSerializable(typeof(ExportLine))]
internal sealed partial class ExportJson : JsonSerializerContext
{
    /// <summary>Type information of a line.</summary>
    public static JsonTypeInfo<ExportLine> Lines => Default.ExportLine;
}

/// <summary>Job parameters as <c>{"type": "TestParameters", "value": {...}}</c>.</summary>
internal sealed class ParametersConverter : JsonConverter<IMessage>
{
    /// <inheritdoc/>
    public override IMessage? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var node = JsonNode.Parse(ref reader)!.AsObject();
        var descriptor = Documents.ParametersDescriptor(node["type"]!.GetValue<string>());
        return JsonParser.Default.Parse(node["value"]!.ToJsonString(), descriptor);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IMessage value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("type", value.Descriptor.Name);
        writer.WritePropertyName("value");
        writer.WriteRawValue(JsonFormatter.Default.Format(value));
        writer.WriteEndObject();
    }
}

/// <summary>Authorities as an array.</summary>
internal sealed class AuthoritiesConverter : JsonConverter<IReadOnlySet<string>>
{
    /// <inheritdoc/>
    public override IReadOnlySet<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonNode.Parse(ref reader)!.AsArray().Select(n => n!.GetValue<string>()).ToHashSet();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlySet<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var authority in value)
            writer.WriteStringValue(authority);
        writer.WriteEndArray();
    }
}
