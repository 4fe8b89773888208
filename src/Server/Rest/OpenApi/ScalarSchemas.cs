using Dhis2.Rest.V1;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Microsoft.OpenApi;

namespace Dhis2Grpc.Server.Rest.OpenApi;

/// <summary>Schemas of single values, in the forms of <see cref="Writing.ValueWriter{T}"/>.</summary>
internal static class ScalarSchemas
{
    /// <summary>Schema of a field's value.</summary>
    public static OpenApiSchema Of(FieldDescriptor field, RestField options) => field.FieldType switch
    {
        FieldType.String => new() { Type = JsonSchemaType.String },
        FieldType.Bool => new() { Type = JsonSchemaType.Boolean },
        FieldType.Bytes => new() { Type = JsonSchemaType.String, ContentEncoding = "base64" },
        // Not a number has no name in JSON.
        FieldType.Double or FieldType.Float => new() { Type = JsonSchemaType.Number | JsonSchemaType.Null },
        FieldType.Int64 or FieldType.SInt64 or FieldType.SFixed64 or FieldType.UInt64 or FieldType.Fixed64 => Whole("int64"),
        FieldType.Message when field.MessageType.FullName == Timestamp.Descriptor.FullName => OfTime(options.Timestamp),
        FieldType.Message when field.MessageType.FullName == Duration.Descriptor.FullName => OfDuration(options.Duration),
        _ => Whole("int32"),
    };

    private static OpenApiSchema OfTime(TimestampFormat format) => format switch
    {
        TimestampFormat.Offset => Pattern(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$"),
        TimestampFormat.Date => new() { Type = JsonSchemaType.String, Format = "date" },
        // No format: what JSON Schema calls date-time has an offset.
        _ => Pattern(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$"),
    };

    private static OpenApiSchema OfDuration(DurationFormat format) => format switch
    {
        DurationFormat.Seconds or DurationFormat.Milliseconds => Whole("int64"),
        DurationFormat.Clock => Pattern(@"^\d{2,}:\d\d:\d\d\.\d{3}$"),
        _ => Pattern(@"^-?\d+(\.\d{1,9})?s$"),
    };

    private static OpenApiSchema Whole(string format) => new() { Type = JsonSchemaType.Integer, Format = format };

    private static OpenApiSchema Pattern(string pattern) => new() { Type = JsonSchemaType.String, Pattern = pattern };
}
