using System.Globalization;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>How much an error keeps from being stored.</summary>
internal enum Severity
{
    /// <summary>Only the reference.</summary>
    Reference = 0,

    /// <summary>The whole document, or with <see cref="AtomicMode.None"/> only the reference.</summary>
    Document = 1,

    /// <summary>The whole document, or with <see cref="AtomicMode.None"/> only the object.</summary>
    Object = 2,
}

/// <summary>A problem found in an object of the document.</summary>
/// <param name="Code">DHIS2 error code.</param>
/// <param name="Message">The problem in words.</param>
/// <param name="Severity">What it keeps from being stored.</param>
/// <param name="Property">Property concerned.</param>
/// <param name="Value">The offending value.</param>
internal sealed record ImportError(string Code, string Message, Severity Severity, string? Property = null, string? Value = null)
{
    public static ImportError Missing(string property) => new("E4000", $"Missing required property `{property}`", Severity.Object, property);

    public static ImportError BadValue(string property, string value) =>
        new("E4027", $"Value `{value}` is not a valid for property `{property}`", Severity.Object, property, value);

    public static ImportError BadUid(string uid, string shortClass) =>
        new("E4014", $"Invalid UID `{uid}` for property `{shortClass}`", Severity.Object, "id", uid);

    public static ImportError TooLong(string property, int limit, int length) =>
        new("E4001", string.Create(CultureInfo.InvariantCulture, $"Maximum length of property `{property}`is {limit:N0}, but given length was {length:N0}"), Severity.Object, property);

    public static ImportError Empty(string property, int limit) =>
        new("E4002", string.Create(CultureInfo.InvariantCulture, $"Allowed length range for property `{property}` is [1 to {limit:N0}], but given length was 0"), Severity.Object, property);

    public static ImportError BadEmail(string property, string value) =>
        new("E4003", $"Property `{property}` requires a valid email address, was given `{value}`", Severity.Object, property, value);

    public static ImportError BadUrl(string property, string value) =>
        new("E4004", $"Property `{property}` requires a valid URL, was given `{value}`", Severity.Object, property, value);

    // The password itself is told to nobody.
    public static ImportError BadPassword(string property, string reason) =>
        new("E4005", $"Property `{property}` requires a valid password, `{reason}`", Severity.Object, property);

    public static ImportError BadColor(string property, string value) =>
        new("E4006", $"Property `{property}` requires a valid HEX color, was given `{value}`", Severity.Object, property, value);

    public static ImportError NotSupported(string attribute, string type) =>
        new("E4010", $"Attribute `{attribute}` is not supported for type `{type}`", Severity.Object, attribute, type);
}
