using System.Security.Cryptography;
using System.Text;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>DHIS2's identifiers: 11 letters and digits, the first a letter.</summary>
internal static class Uid
{
    private const int Length = 11;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Letters = 52;

    /// <summary>Whether the text is a UID.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length != Length || !char.IsAsciiLetter(text[0])) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c)) return false;
        return true;
    }

    /// <summary>A random UID.</summary>
    public static string New() =>
        string.Concat(RandomNumberGenerator.GetString(Alphabet.AsSpan(0, Letters), 1), RandomNumberGenerator.GetString(Alphabet, Length - 1));

    /// <summary>The UID that always belongs to the text.</summary>
    public static string From(string text) => string.Create(Length, SHA256.HashData(Encoding.UTF8.GetBytes(text)), static (uid, hash) =>
    {
        uid[0] = Alphabet[hash[0] % Letters];
        for (var i = 1; i < uid.Length; i++) uid[i] = Alphabet[hash[i] % Alphabet.Length];
    });
}
