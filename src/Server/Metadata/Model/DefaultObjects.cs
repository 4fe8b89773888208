using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>UIDs of the objects named "default" that exist in every DHIS2 database.</summary>
internal static class DefaultObjects
{
    /// <summary>The default category.</summary>
    public const string Category = "GLevLNI9wkl";

    /// <summary>The default category option.</summary>
    public const string CategoryOption = "xYerKDKCefk";

    /// <summary>The default category combo.</summary>
    public const string CategoryCombo = "bjDvmb4bfuf";

    /// <summary>The default category option combo, also the default attribute option combo.</summary>
    public const string CategoryOptionCombo = "HllvX50cXC0";

    /// <summary>All of them.</summary>
    public static readonly FrozenSet<string> All = new[] { Category, CategoryOption, CategoryCombo, CategoryOptionCombo }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Name and code of all of them.</summary>
    public const string Name = "default";
}
