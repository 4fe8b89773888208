using System.Globalization;
using System.Text.Json;
using Dhis2.Rest.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>A message as an object, or as its one array or map when it is flattened.</summary>
internal sealed class MessageValue<T>(Func<WritePlan> plan) : ValueWriter<T>
    where T : class, IMessage
{
    // Resolved on first use, since messages may contain themselves.
    private WritePlan? _plan;

    /// <inheritdoc/>
    public override bool IsAbsent(T value) => value is null;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, Selection? selection, WriteScope scope) =>
        (_plan ??= plan()).Write(writer, value, selection, scope);
}

/// <summary>A time as text.</summary>
internal sealed class TimestampValue(TimestampFormat format) : ValueWriter<Timestamp>
{
    /// <inheritdoc/>
    public override bool IsAbsent(Timestamp value) => value is null;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Timestamp value, Selection? selection, WriteScope scope)
    {
        Span<byte> text = stackalloc byte[DateText.MaxLength];
        var length = format switch
        {
            TimestampFormat.Offset => DateText.Offset(value, text),
            TimestampFormat.Date => DateText.Date(value, scope.Zone, text),
            _ => DateText.Local(value, scope.Zone, text),
        };
        writer.WriteStringValue(text[..length]);
    }
}

/// <summary>A length of time as number or text.</summary>
internal sealed class DurationValue(DurationFormat format) : ValueWriter<Duration>
{
    /// <inheritdoc/>
    public override bool IsAbsent(Duration value) => value is null;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Duration value, Selection? selection, WriteScope scope)
    {
        switch (format)
        {
            case DurationFormat.Seconds:
                writer.WriteNumberValue(value.Seconds);
                break;
            case DurationFormat.Milliseconds:
                writer.WriteNumberValue(DateText.Milliseconds(value));
                break;
            case DurationFormat.Clock:
                Span<byte> text = stackalloc byte[DateText.MaxLength];
                writer.WriteStringValue(text[..DateText.Clock(value, text)]);
                break;
            default:
                writer.WriteStringValue($"{(value.Seconds + value.Nanos / 1e9m).ToString("0.#########", CultureInfo.InvariantCulture)}s");
                break;
        }
    }
}
