using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>How one member of a message is written. Accessors are delegates bound once; nothing is reflected per request.
/// A plan gets messages of its own type only, so that they are not checked again: in generic code the check costs more
/// than the rest.</summary>
internal abstract class FieldPlan(string name)
{
    /// <summary>Name of the member in JSON.</summary>
    public string Name { get; } = name;

    /// <summary>The name, encoded.</summary>
    public JsonName Encoded { get; } = new(name);

    /// <summary>The field behind it; null for members that DHIS2 adds.</summary>
    public FieldDescriptor? Field { get; set; }

    /// <summary>Plan of the messages that the member holds; null when it holds none, or is written whole always.</summary>
    public Func<WritePlan>? Nested { get; set; }

    /// <summary>It is stored, by callers or by the server.</summary>
    public bool Persisted { get; set; }

    /// <summary>Writes name and value, or nothing when the value is absent.</summary>
    public abstract void Write(JsonOutput writer, JsonName name, IMessage message, Selection? selection, WriteScope scope);

    /// <summary>Writes the value alone; false when it is absent.</summary>
    public abstract bool TryWriteValue(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope);
}

/// <summary>A field of one value.</summary>
internal sealed class SingularField<T, TValue>(string name, Func<T, TValue> get, Func<T, bool>? has, ValueWriter<TValue> value) : FieldPlan(name)
    where T : class, IMessage
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, JsonName name, IMessage message, Selection? selection, WriteScope scope)
    {
        var typed = Unsafe.As<T>(message);
        if (has is not null && !has(typed))
            return;
        var v = get(typed);
        if (value.IsAbsent(v))
            return;
        writer.Name(name);
        value.Write(writer, v, selection, scope);
    }

    /// <inheritdoc/>
    public override bool TryWriteValue(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope)
    {
        var typed = Unsafe.As<T>(message);
        if (has is not null && !has(typed))
            return false;
        var v = get(typed);
        if (value.IsAbsent(v))
            return false;
        value.Write(writer, v, selection, scope);
        return true;
    }
}

/// <summary>A repeated field, as an array.</summary>
internal sealed class RepeatedFieldPlan<T, TItem>(string name, Func<T, RepeatedField<TItem>> get, ValueWriter<TItem> value) : FieldPlan(name)
    where T : class, IMessage
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, JsonName name, IMessage message, Selection? selection, WriteScope scope)
    {
        writer.Name(name);
        TryWriteValue(writer, message, selection, scope);
    }

    /// <inheritdoc/>
    public override bool TryWriteValue(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope)
    {
        var items = get(Unsafe.As<T>(message));
        writer.StartArray();
        for (var i = 0; i < items.Count; i++)
        {
            // Elements keep their places: what stands for nothing is null.
            if (value.IsAbsent(items[i]))
                writer.Null();
            else
                value.Write(writer, items[i], selection, scope);
        }

        writer.EndArray();
        return true;
    }
}

/// <summary>A map, as an object.</summary>
internal sealed class MapFieldPlan<T, TKey, TValue>(string name, Func<T, MapField<TKey, TValue>> get, ValueWriter<TValue> value) : FieldPlan(name)
    where T : class, IMessage
    where TKey : notnull
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, JsonName name, IMessage message, Selection? selection, WriteScope scope)
    {
        writer.Name(name);
        TryWriteValue(writer, message, selection, scope);
    }

    /// <inheritdoc/>
    public override bool TryWriteValue(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope)
    {
        var entries = get(Unsafe.As<T>(message));
        writer.StartObject();
        // The enumerator is an object; most maps are empty.
        if (entries.Count > 0)
        {
            foreach (var (key, item) in entries)
            {
                var text = key as string ?? Convert.ToString(key, CultureInfo.InvariantCulture)!;
                var inside = selection;
                if (selection?.Entries is { } chosen && !chosen.TryChoose(text, out inside))
                    continue;
                writer.Name(text);
                if (value.IsAbsent(item))
                    writer.Null();
                else
                    value.Write(writer, item, inside, scope);
            }
        }

        writer.EndObject();
        return true;
    }
}
