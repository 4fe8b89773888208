using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Dhis2Grpc.Server.Data;

/// <summary>Identifiers in UTF-8 to numbers, made for looking up millions of them: up to 15 bytes, which all UIDs and
/// periods are, a key is compared as two machine words. Longer ones go to a dictionary of texts.</summary>
internal sealed class IdentifierMap
{
    private const int MaxPacked = 15;

    private (ulong Low, ulong High, int Value)[] _slots;
    private int _mask;
    private int _count;
    private Dictionary<string, int>? _longer;

    /// <summary>An empty map.</summary>
    /// <param name="capacity">How many identifiers are expected.</param>
    public IdentifierMap(int capacity = 16)
    {
        _slots = new (ulong, ulong, int)[BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 8) * 2)];
        _mask = _slots.Length - 1;
    }

    /// <summary>Sets the number of an identifier.</summary>
    public void Set(string identifier, int value)
    {
        Span<byte> bytes = stackalloc byte[MaxPacked];
        if (Encoding.UTF8.TryGetBytes(identifier, bytes, out var length))
            Set(bytes[..length], value);
        else
            (_longer ??= [])[identifier] = value;
    }

    /// <summary>Sets the number of an identifier in UTF-8.</summary>
    public void Set(ReadOnlySpan<byte> identifier, int value)
    {
        if (identifier.Length > MaxPacked)
        {
            (_longer ??= [])[Encoding.UTF8.GetString(identifier)] = value;
            return;
        }
        if (_count * 2 >= _slots.Length)
            Grow();
        var (low, high) = Pack(identifier);
        var slot = Find(low, high);
        if (_slots[slot].High == 0)
            _count++;
        _slots[slot] = (low, high, value);
    }

    /// <summary>The number of an identifier, or -1.</summary>
    public int Get(ReadOnlySpan<byte> identifier)
    {
        if (identifier.Length > MaxPacked)
            return _longer is not null && _longer.TryGetValue(Encoding.UTF8.GetString(identifier), out var value) ? value : -1;
        var (low, high) = Pack(identifier);
        ref var slot = ref _slots[Find(low, high)];
        return slot.High == 0 ? -1 : slot.Value;
    }

    /// <summary>Up to 15 bytes as two words. The length in the top byte tells apart keys that differ in trailing zeros
    /// only, and is never zero.</summary>
    internal static (ulong Low, ulong High) Pack(ReadOnlySpan<byte> key)
    {
        var length = (ulong)(key.Length + 1) << 56;
        if (key.Length > 8)
            return (BinaryPrimitives.ReadUInt64LittleEndian(key),
                BinaryPrimitives.ReadUInt64LittleEndian(key[^8..]) >> (8 * (16 - key.Length)) | length);
        ulong low = 0;
        for (var i = 0; i < key.Length; i++)
            low |= (ulong)key[i] << (8 * i);
        return (low, length);
    }

    /// <summary>Spreads packed keys evenly.</summary>
    internal static uint Hash(ulong low, ulong high) =>
        (uint)(((low ^ BitOperations.RotateLeft(high * 0x9E3779B97F4A7C15UL, 31)) * 0xD6E8FEB86659FD93UL) >> 32);

    private int Find(ulong low, ulong high)
    {
        var slot = (int)Hash(low, high) & _mask;
        while (_slots[slot].High != 0 && (_slots[slot].Low != low || _slots[slot].High != high))
            slot = (slot + 1) & _mask;
        return slot;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new (ulong, ulong, int)[old.Length * 2];
        _mask = _slots.Length - 1;
        foreach (var entry in old)
        {
            if (entry.High != 0)
                _slots[Find(entry.Low, entry.High)] = entry;
        }
    }
}
