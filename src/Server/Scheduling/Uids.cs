using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>DHIS2's identifiers: a letter and ten letters or digits.</summary>
internal static partial class Uids
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A new one.</summary>
    public static string New() => RandomNumberGenerator.GetString(Letters, 1) + RandomNumberGenerator.GetString(Letters + "0123456789", 10);

    /// <summary>Whether the text is one.</summary>
    public static bool IsValid(string text) => Form().IsMatch(text);

    [GeneratedRegex(@"^[a-zA-Z][a-zA-Z0-9]{10}\z")]
    private static partial Regex Form();
}
