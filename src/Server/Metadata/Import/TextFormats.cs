using System.Text.RegularExpressions;
using Dhis2Grpc.Server.Metadata.Model;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>Texts that must look like something: DHIS2's rules for email addresses, URLs, colors and passwords.</summary>
internal static partial class TextFormats
{
    private const int MinPassword = 8;
    private const int MaxPassword = 72;

    /// <summary>What is wrong with a text; null: nothing.</summary>
    public static ImportError? Error(Property property, string text) => property.Format switch
    {
        TextFormat.Email when !Email().IsMatch(text) => ImportError.BadEmail(property.Name, text),
        TextFormat.Url when !text.StartsWith("http://", StringComparison.Ordinal) && !text.StartsWith("https://", StringComparison.Ordinal) =>
            ImportError.BadUrl(property.Name, text),
        TextFormat.Color when !Color().IsMatch(text) => ImportError.BadColor(property.Name, text),
        _ => null,
    };

    /// <summary>What is wrong with a password; null: nothing, or it is hashed already.</summary>
    public static string? PasswordError(string password) =>
        password.Length == 0 || Hashed().IsMatch(password) ? null
        : string.IsNullOrWhiteSpace(password) ? "Username or Password is missing"
        : password.Length is < MinPassword or > MaxPassword ? $"Password must have at least {MinPassword}, and at most {MaxPassword} characters"
        : !password.Any(char.IsAsciiDigit) ? "Password must have at least one digit"
        : !password.Any(char.IsAsciiLetterUpper) ? "Password must have at least one upper case"
        : !password.Any(char.IsAsciiLetterLower) ? "Password must have at least one lower case"
        : password.All(char.IsAsciiLetterOrDigit) ? "Password must have at least one special character"
        : null;

    [GeneratedRegex(@"^[^\s@<>()\[\],;:""\\]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Email();

    [GeneratedRegex("^#?([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})$", RegexOptions.CultureInvariant)]
    private static partial Regex Color();

    [GeneratedRegex(@"^\$2a?\$\d\d\$[./0-9A-Za-z]{53}$", RegexOptions.CultureInvariant)]
    private static partial Regex Hashed();
}
