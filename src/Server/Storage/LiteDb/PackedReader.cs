using System.Buffers.Binary;
using System.Text;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Reads what a <see cref="PackedWriter"/> wrote, in the same order.</summary>
internal ref struct PackedReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether all is read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Reads bytes.</summary>
    /// <exception cref="InvalidDataException">There are not so many.</exception>
    public ReadOnlySpan<byte> Read(int count)
    {
        if ((uint)count > (uint)_rest.Length)
            throw new InvalidDataException("a packed block ends too early");
        var bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    /// <summary>Reads a byte.</summary>
    public byte ReadByte() => Read(1)[0];

    /// <summary>Reads a number.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Read(sizeof(long)));

    /// <summary>Reads a number of variable length.</summary>
    public uint ReadShort()
    {
        uint value = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = ReadByte();
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("a packed block has a malformed number");
    }

    /// <summary>Reads a text.</summary>
    public string? ReadText() => ReadShort() is var length and not 0 ? Encoding.UTF8.GetString(Read((int)length - 1)) : null;

    /// <summary>Reads bytes that know their number.</summary>
    public byte[] ReadBlock() => Read((int)ReadShort()).ToArray();
}
