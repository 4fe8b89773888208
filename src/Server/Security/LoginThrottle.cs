using System.Collections.Concurrent;

namespace Dhis2Grpc.Server.Security;

/// <summary>Locks a login name, for the address it was tried from, after too many wrong passwords in a row. Whether
/// the name exists makes no difference, and others' wrong guesses elsewhere lock nobody out.</summary>
internal sealed class LoginThrottle(TimeProvider time)
{
    /// <summary>So many wrong passwords in a row lock.</summary>
    public const int MaxFailures = 10;

    /// <summary>For so long; a failure older than this no longer counts.</summary>
    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(1);

    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<(string Username, string Address), Failures> _failures = new();

    /// <summary>Whether the name is locked for the address now.</summary>
    public bool IsLocked(string username, string address) =>
        _failures.TryGetValue(Key(username, address), out var f) && f.Count >= MaxFailures && !IsOver(f);

    /// <summary>Counts a wrong password.</summary>
    public void Failed(string username, string address)
    {
        if (_failures.Count >= Capacity)
            MakeRoom();
        var now = time.GetTimestamp();
        _failures.AddOrUpdate(
            Key(username, address),
            _ => new(1, now),
            (_, f) => IsOver(f) ? new(1, now) : new(f.Count + 1, now));
    }

    /// <summary>Forgets the failures after a right password.</summary>
    public void Succeeded(string username, string address) => _failures.TryRemove(Key(username, address), out _);

    private static (string Username, string Address) Key(string username, string address) =>
        (username.ToUpperInvariant(), address);

    private bool IsOver(Failures failures) => time.GetElapsedTime(failures.Last) >= LockTime;

    private void MakeRoom()
    {
        foreach (var (key, failures) in _failures)
        {
            if (IsOver(failures))
                _failures.TryRemove(key, out _);
        }

        // Full of live entries: an attack from very many addresses. Starting over bounds memory; the hash's own
        // cost and the limit on concurrent verifications still slow it down.
        if (_failures.Count >= Capacity)
            _failures.Clear();
    }

    private readonly record struct Failures(int Count, long Last);
}
