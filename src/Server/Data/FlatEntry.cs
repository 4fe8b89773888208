using System.Text;

namespace Dhis2Grpc.Server.Data;

/// <summary>One entry of a document while it is looked at: the texts of its members, in UTF-8. Reused for every entry.</summary>
internal sealed class FlatEntry(int members)
{
    private readonly int[] _starts = new int[members];
    private readonly int[] _lengths = new int[members];
    private byte[] _bytes = new byte[1024];
    private int _used;

    /// <summary>Text of the member; empty when it is absent or null.</summary>
    public ReadOnlySpan<byte> this[int member] =>
        _lengths[member] > 0 ? _bytes.AsSpan(_starts[member], _lengths[member]) : default;

    /// <summary>Whether the member is there and not null.</summary>
    public bool Has(int member) => _lengths[member] >= 0;

    /// <summary>Text of the member, or null when it is absent.</summary>
    public string? Text(int member) => Has(member) ? Encoding.UTF8.GetString(this[member]) : null;

    /// <summary>Forgets all members.</summary>
    public void Clear()
    {
        _used = 0;
        Array.Fill(_lengths, -1);
    }

    /// <summary>Room for a text of at most the given length, to be filled and then kept by <see cref="Keep"/>.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_bytes.Length - _used < length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + length));
        return _bytes.AsSpan(_used, length);
    }

    /// <summary>Keeps the first bytes of what was reserved as the text of the member.</summary>
    public void Keep(int member, int length)
    {
        _starts[member] = _used;
        _lengths[member] = length;
        _used += length;
    }
}
