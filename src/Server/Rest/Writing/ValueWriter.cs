using System.Runtime.CompilerServices;
using Dhis2Grpc.Server.Rest.Schema;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Writes values of one kind.</summary>
internal abstract class ValueWriter<T>
{
    /// <summary>The value stands for nothing, so that its member is left out.</summary>
    public virtual bool IsAbsent(T value) => false;

    /// <summary>Writes it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">What; not an absent one.</param>
    /// <param name="selection">Members of a message to write; null for all.</param>
    /// <param name="scope">Zone and links.</param>
    public abstract void Write(JsonOutput writer, T value, Selection? selection, WriteScope scope);
}

/// <summary>Text.</summary>
internal sealed class StringValue : ValueWriter<string>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, string value, Selection? selection, WriteScope scope) => writer.String(value);
}

/// <summary>Text that holds JSON, written as that JSON.</summary>
internal sealed class RawJsonValue : ValueWriter<string>
{
    /// <inheritdoc/>
    public override bool IsAbsent(string value) => value.Length == 0;

    /// <inheritdoc/>
    public override void Write(JsonOutput writer, string value, Selection? selection, WriteScope scope) => writer.Raw(value);
}

/// <summary>True or false.</summary>
internal sealed class BoolValue : ValueWriter<bool>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, bool value, Selection? selection, WriteScope scope) => writer.Bool(value);
}

/// <summary>Whole number.</summary>
internal sealed class Int32Value : ValueWriter<int>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, int value, Selection? selection, WriteScope scope) => writer.Number(value);
}

/// <summary>Whole number; a JSON number, not the text that protobuf's JSON makes of it.</summary>
internal sealed class Int64Value : ValueWriter<long>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, long value, Selection? selection, WriteScope scope) => writer.Number(value);
}

/// <summary>Whole number from 0.</summary>
internal sealed class UInt32Value : ValueWriter<uint>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, uint value, Selection? selection, WriteScope scope) => writer.Number(value);
}

/// <summary>Whole number from 0.</summary>
internal sealed class UInt64Value : ValueWriter<ulong>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, ulong value, Selection? selection, WriteScope scope) => writer.Number(value);
}

/// <summary>Bytes in Base64.</summary>
internal sealed class BytesValue : ValueWriter<ByteString>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, ByteString value, Selection? selection, WriteScope scope) => writer.Base64(value.Span);
}

/// <summary>Number; null when JSON has no name for it.</summary>
internal sealed class DoubleValue : ValueWriter<double>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, double value, Selection? selection, WriteScope scope)
    {
        if (double.IsFinite(value))
            writer.Number(value);
        else
            writer.Null();
    }
}

/// <summary>Number; null when JSON has no name for it.</summary>
internal sealed class SingleValue : ValueWriter<float>
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, float value, Selection? selection, WriteScope scope)
    {
        if (float.IsFinite(value))
            writer.Number(value);
        else
            writer.Null();
    }
}

/// <summary>Name of an enum value without the contract's prefix; the zero value is absent.</summary>
internal sealed class EnumValue<T>(EnumNames names) : ValueWriter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override bool IsAbsent(T value) => names.NameOf(Unsafe.As<T, int>(ref value)) is null;

    /// <inheritdoc/>
    public override void Write(JsonOutput writer, T value, Selection? selection, WriteScope scope) =>
        writer.String(names.NameOf(Unsafe.As<T, int>(ref value))!);
}
