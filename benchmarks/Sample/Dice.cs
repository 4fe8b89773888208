namespace Dhis2Grpc.Benchmarks.Sample;

/// <summary>Chance that is the same at every run: a hash of what is asked about.</summary>
internal static class Dice
{
    private const ulong Seed = 20240229;
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>A number for five keys.</summary>
    public static ulong Roll(long a, long b, long c, long d, long salt) =>
        Mix(((ulong)a * 1000003) ^ Mix((ulong)b ^ Mix((ulong)c ^ Mix((ulong)d ^ Mix((ulong)salt + Seed)))));

    /// <summary>The number after a number (splitmix64).</summary>
    public static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A DHIS2 UID for the n-th object of a kind.</summary>
    public static string Uid(string kind, long number)
    {
        var hash = Roll(number, kind.Aggregate(17L, (h, c) => (h * 31) + c), 7, 7, 99);
        return string.Create(11, hash, static (text, state) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = Letters[(int)(state % (i == 0 ? 52UL : 62UL))];
                state = Mix(state + (ulong)i);
            }
        });
    }
}
