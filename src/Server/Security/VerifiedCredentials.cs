using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Dhis2Grpc.Server.Security;

/// <summary>Remembers for a short while which headers were verified, so that not every request pays for the slow
/// hash. It keeps no password: its keys are keyed hashes of the headers, with a key that dies with the process.</summary>
internal sealed class VerifiedCredentials(TimeProvider time)
{
    /// <summary>How long a verification is good for.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private const int Capacity = 10_000;

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<HeaderKey, Entry> _entries = new();

    /// <summary>The verified user's UID and the password hash that it was verified against; null when not, or no
    /// longer, known.</summary>
    public (string UserUid, string PasswordHash)? Find(string header)
    {
        var key = Key(header);
        if (!_entries.TryGetValue(key, out var entry))
            return null;
        if (entry.Until > time.GetTimestamp())
            return (entry.UserUid, entry.PasswordHash);
        _entries.TryRemove(key, out _);
        return null;
    }

    /// <summary>Remembers a verified header.</summary>
    public void Add(string header, User user)
    {
        if (_entries.Count >= Capacity)
            MakeRoom();
        var until = time.GetTimestamp() + (long)(Life.TotalSeconds * time.TimestampFrequency);
        _entries[Key(header)] = new(user.Uid, user.PasswordHash, until);
    }

    /// <summary>Forgets a header that is no longer right.</summary>
    public void Remove(string header) => _entries.TryRemove(Key(header), out _);

    private void MakeRoom()
    {
        var now = time.GetTimestamp();
        foreach (var (key, entry) in _entries)
        {
            if (entry.Until <= now)
                _entries.TryRemove(key, out _);
        }

        if (_entries.Count >= Capacity)
            _entries.Clear();
    }

    private HeaderKey Key(string header)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var length = Encoding.UTF8.GetByteCount(header);
        Span<byte> bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(header, bytes);
        HMACSHA256.HashData(_secret, bytes, hash);
        return new(BitConverter.ToUInt128(hash), BitConverter.ToUInt128(hash[16..]));
    }

    private readonly record struct HeaderKey(UInt128 High, UInt128 Low);

    private sealed record Entry(string UserUid, string PasswordHash, long Until);
}
