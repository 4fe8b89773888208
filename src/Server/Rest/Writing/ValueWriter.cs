using System.Runtime.CompilerServices;
using System.Text.Json;
using Dhis2Grpc.Server.Rest.Schema;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Writes one value of a field.</summary>
internal abstract class ValueWriter<T>
{
    /// <summary>The value stands for nothing, so that its member is left out.</summary>
    public virtual bool IsAbsent(T value) => false;

    /// <summary>Writes it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">What.</param>
    /// <param name="selection">Members of a message to write; null for all.</param>
    /// <param name="scope">Zone and links.</param>
    public abstract void Write(Utf8JsonWriter writer, T value, Selection? selection, WriteScope scope);
}

/// <summary>Text.</summary>
internal sealed class StringValue : ValueWriter<string>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, Selection? selection, WriteScope scope) => writer.WriteStringValue(value);
}

/// <summary>Text that holds JSON, written as that JSON.</summary>
internal sealed class RawJsonValue : ValueWriter<string>
{
    /// <inheritdoc/>
    public override bool IsAbsent(string value) => value.Length == 0;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, Selection? selection, WriteScope scope) =>
        writer.WriteRawValue(value.Length == 0 ? "null" : value);
}

/// <summary>True or false.</summary>
internal sealed class BoolValue : ValueWriter<bool>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, bool value, Selection? selection, WriteScope scope) => writer.WriteBooleanValue(value);
}

/// <summary>Whole number.</summary>
internal sealed class Int32Value : ValueWriter<int>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, int value, Selection? selection, WriteScope scope) => writer.WriteNumberValue(value);
}

/// <summary>Whole number; a JSON number, not the text that protobuf's JSON makes of it.</summary>
internal sealed class Int64Value : ValueWriter<long>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, long value, Selection? selection, WriteScope scope) => writer.WriteNumberValue(value);
}

/// <summary>Whole number from 0.</summary>
internal sealed class UInt32Value : ValueWriter<uint>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, uint value, Selection? selection, WriteScope scope) => writer.WriteNumberValue(value);
}

/// <summary>Whole number from 0.</summary>
internal sealed class UInt64Value : ValueWriter<ulong>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ulong value, Selection? selection, WriteScope scope) => writer.WriteNumberValue(value);
}

/// <summary>Number; null when JSON has no name for it.</summary>
internal sealed class DoubleValue : ValueWriter<double>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, Selection? selection, WriteScope scope)
    {
        if (double.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}

/// <summary>Number; null when JSON has no name for it.</summary>
internal sealed class SingleValue : ValueWriter<float>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, float value, Selection? selection, WriteScope scope)
    {
        if (float.IsFinite(value))
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }
}

/// <summary>Bytes in Base64.</summary>
internal sealed class BytesValue : ValueWriter<ByteString>
{
    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ByteString value, Selection? selection, WriteScope scope) =>
        writer.WriteBase64StringValue(value.Span);
}

/// <summary>Name of an enum value without the contract's prefix; the zero value is absent.</summary>
internal sealed class EnumValue<T>(EnumNames names) : ValueWriter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override bool IsAbsent(T value) => !names.TryName(Unsafe.As<T, int>(ref value), out _);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, Selection? selection, WriteScope scope)
    {
        if (names.TryName(Unsafe.As<T, int>(ref value), out var name))
            writer.WriteStringValue(name);
        else
            writer.WriteNullValue();
    }
}
