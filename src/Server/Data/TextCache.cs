using System.Text;

namespace Dhis2Grpc.Server.Data;

/// <summary>Texts of values: the short ones that come again and again, such as small numbers, are made once.</summary>
internal sealed class TextCache
{
    private const int MaxLength = 12;
    private const int Slots = 8192;

    private readonly (ulong Low, ulong High, string? Text)[] _slots = new (ulong, ulong, string?)[Slots];

    /// <summary>The text of the bytes.</summary>
    public string Get(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return "";
        if (bytes.Length > MaxLength)
            return Encoding.UTF8.GetString(bytes);
        var (low, high) = IdentifierMap.Pack(bytes);
        ref var slot = ref _slots[(int)(IdentifierMap.Hash(low, high) % Slots)];
        if (slot.Text is null || slot.Low != low || slot.High != high)
            slot = (low, high, Encoding.UTF8.GetString(bytes));
        return slot.Text;
    }
}
