namespace Dhis2Grpc.Server.Metadata.Integrity;

/// <summary>An integrity check of DHIS2.</summary>
/// <param name="Name">Name, such as categories_no_options.</param>
/// <param name="Section">What it belongs to.</param>
/// <param name="SectionOrder">Position in its section, from 0.</param>
/// <param name="Severity">INFO, WARNING, SEVERE or CRITICAL.</param>
/// <param name="IsSlow">It takes long.</param>
/// <param name="IsProgrammatic">It is code, and no SQL.</param>
/// <param name="Description">What it finds.</param>
internal sealed record IntegrityCheck(string Name, string Section, int SectionOrder, string Severity, bool IsSlow, bool IsProgrammatic, string Description)
{
    /// <summary>Name to show.</summary>
    public string DisplayName { get; } = char.ToUpperInvariant(Name[0]) + Name[1..].Replace('_', ' ');

    /// <summary>First letters of the name's words.</summary>
    public string Code { get; } = string.Concat(Name.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0])));

    /// <summary>Whether a caller means it: by name in any case, <c>-</c> for <c>_</c>, <c>*</c> for anything, or by code.</summary>
    public bool IsNamed(string text) => text == Code
        || System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(text.Replace('-', '_').Replace('?', '_'), Name, ignoreCase: true);
}
