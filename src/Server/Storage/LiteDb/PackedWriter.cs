using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Writes values one after another into a growing array. What was written stays as it is while more is added,
/// so that a reader may hold on to <see cref="Memory"/>.</summary>
internal sealed class PackedWriter(int capacity = 256)
{
    // Its number and one more fit into a byte of WriteShort.
    private const int OneByteLength = 126;

    private byte[] _bytes = new byte[capacity];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Starts over after so many bytes, in place.</summary>
    public void Clear(int length) => Length = length;

    /// <summary>Writes bytes as they are.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Writes a byte.</summary>
    public void Write(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    /// <summary>Writes a number.</summary>
    public void Write(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);
        Length += sizeof(long);
    }

    /// <summary>Writes a number, the smaller the shorter.</summary>
    public void WriteShort(uint value)
    {
        var room = Room(5);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            room[count++] = (byte)(value | 0x80);
        room[count++] = (byte)value;
        Length += count;
    }

    /// <summary>Writes a text with its length; null is kept apart from the empty text.</summary>
    public void Write(string? text)
    {
        if (text is null)
        {
            WriteShort(0);
            return;
        }

        if (text.Length <= OneByteLength && Ascii.FromUtf16(text, Room(OneByteLength + 1)[1..], out var count) == OperationStatus.Done)
        {
            _bytes[Length] = (byte)(count + 1);
            Length += count + 1;
            return;
        }

        WriteShort((uint)Encoding.UTF8.GetByteCount(text) + 1);
        Length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));
    }

    /// <summary>Writes bytes with their number.</summary>
    public void WriteBlock(ReadOnlySpan<byte> bytes)
    {
        WriteShort((uint)bytes.Length);
        Write(bytes);
    }

    private Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        return _bytes.AsSpan(Length);
    }
}
