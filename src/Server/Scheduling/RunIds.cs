using System.Globalization;
using System.Security.Cryptography;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Makes identifiers of runs: 24 hex digits, unique for ever, which sort by start time.</summary>
internal sealed class RunIds
{
    private const int CounterBits = 16;

    private readonly string _instance = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private long _last;

    /// <summary>A text after the identifiers of all runs that started up to the time.</summary>
    public static string After(DateTimeOffset started) => string.Create(
        CultureInfo.InvariantCulture, $"{(started.ToUnixTimeMilliseconds() + 1) << CounterBits:x16}");

    /// <summary>An identifier for a run that starts at the time.</summary>
    public string Next(DateTimeOffset started)
    {
        var earliest = started.ToUnixTimeMilliseconds() << CounterBits;
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            next = Math.Max(last + 1, earliest);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);
        return string.Create(24, (Next: next, Instance: _instance), static (text, id) =>
        {
            id.Next.TryFormat(text, out var length, "x16", CultureInfo.InvariantCulture);
            id.Instance.CopyTo(text[length..]);
        });
    }
}
