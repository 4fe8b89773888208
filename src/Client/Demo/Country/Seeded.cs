using System.Text;

namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>Pseudo-random numbers that depend on nothing but the seed: the same on every machine and release.
/// SplitMix64.</summary>
internal struct Seeded(ulong state)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string LettersAndDigits = Letters + "0123456789";

    private ulong _state = state;

    /// <summary>Numbers of one thing: its own, whatever else is drawn.</summary>
    public static Seeded Of(long seed, string kind, long number = 0)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(kind))
            hash = (hash ^ b) * 1099511628211UL;
        return new(Mix(hash ^ Mix((ulong)seed)) ^ Mix((ulong)number + 0x9E3779B97F4A7C15UL));
    }

    /// <summary>UID of one thing.</summary>
    public static string Uid(long seed, string kind, long number = 0)
    {
        var random = Of(seed, "uid of " + kind, number);
        return string.Create(11, random, static (text, numbers) =>
        {
            text[0] = Letters[numbers.Below(Letters.Length)];
            for (var i = 1; i < text.Length; i++)
                text[i] = LettersAndDigits[numbers.Below(LettersAndDigits.Length)];
        });
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next() => Mix(_state += 0x9E3779B97F4A7C15UL);

    /// <summary>From 0 to below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>From 0 to below a limit.</summary>
    public int Below(int limit) => (int)(Unit() * limit);

    /// <summary>One of a list.</summary>
    public T Pick<T>(IReadOnlyList<T> list) => list[Below(list.Count)];

    /// <summary>Normally distributed around 0, mean deviation 1.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Unit())) * Math.Cos(2 * Math.PI * Unit());

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
