using System.Globalization;
using Dhis2.Rest.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>A message as an object, or as its one array or map when it is flattened.</summary>
/// <param name="plan">How it is written.</param>
/// <param name="repeats">Many objects of a list may hold the very same one.</param>
internal sealed class MessageValue<T>(Func<WritePlan> plan, bool repeats) : ValueWriter<T>
    where T : class, IMessage
{
    // Resolved on first use, since messages may contain themselves.
    private WritePlan? _plan;

    /// <inheritdoc/>
    public override bool IsAbsent(T value) => value is null;

    /// <inheritdoc/>
    public override void Write(JsonOutput writer, T value, Selection? selection, WriteScope scope)
    {
        if (!repeats)
        {
            (_plan ??= plan()).Write(writer, value, selection, scope);
        }
        else if (!writer.TryRepeat(value, selection))
        {
            var start = writer.Next;
            (_plan ??= plan()).Write(writer, value, selection, scope);
            writer.Keep(value, selection, start);
        }
    }
}

/// <summary>A time as text.</summary>
internal sealed class TimestampValue(TimestampFormat format) : ValueWriter<Timestamp>
{
    /// <inheritdoc/>
    public override bool IsAbsent(Timestamp value) => value is null;

    /// <inheritdoc/>
    public override void Write(JsonOutput writer, Timestamp value, Selection? selection, WriteScope scope)
    {
        Span<byte> text = stackalloc byte[DateText.MaxLength];
        var length = format switch
        {
            TimestampFormat.Offset => DateText.Offset(value, text),
            TimestampFormat.Date => DateText.Date(value, scope.Zone, text),
            _ => DateText.Local(value, scope.Zone, text),
        };
        writer.Ascii(text[..length]);
    }
}

/// <summary>A length of time as number or text.</summary>
internal sealed class DurationValue(DurationFormat format) : ValueWriter<Duration>
{
    /// <inheritdoc/>
    public override bool IsAbsent(Duration value) => value is null;

    /// <inheritdoc/>
    public override void Write(JsonOutput writer, Duration value, Selection? selection, WriteScope scope)
    {
        switch (format)
        {
            case DurationFormat.Seconds:
                writer.Number(value.Seconds);
                break;
            case DurationFormat.Milliseconds:
                writer.Number(DateText.Milliseconds(value));
                break;
            case DurationFormat.Clock:
                Span<byte> text = stackalloc byte[DateText.MaxLength];
                writer.Ascii(text[..DateText.Clock(value, text)]);
                break;
            default:
                writer.String($"{(value.Seconds + value.Nanos / 1e9m).ToString("0.#########", CultureInfo.InvariantCulture)}s");
                break;
        }
    }
}
