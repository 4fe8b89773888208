namespace Dhis2Grpc.Server.Settings;

/// <summary>One setting that the system knows.</summary>
/// <param name="Key">DHIS2's key.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Default">What holds while it is not set, in canonical form.</param>
internal sealed record SettingDefinition(string Key, SettingType Type, string Default = "")
{
    /// <summary>Kept encrypted, and never told.</summary>
    public bool Confidential { get; init; }

    /// <summary>Smallest number.</summary>
    public int Min { get; init; }

    /// <summary>Largest number.</summary>
    public int Max { get; init; } = int.MaxValue;
}

/// <summary>What a setting holds.</summary>
internal enum SettingType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>An instant.</summary>
    Date,
}
