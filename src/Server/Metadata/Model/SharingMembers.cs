using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Members of objects that tell who may see and change them.</summary>
internal static class SharingMembers
{
    /// <summary>Member with the translations.</summary>
    public const string Translations = "translations";

    /// <summary>Members that an import without sharing leaves as they are.</summary>
    public static readonly FrozenSet<string> Stored =
        new[] { "sharing", "publicAccess", "externalAccess", "userAccesses", "userGroupAccesses" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Members that an export without sharing leaves out: the owner too.</summary>
    public static readonly FrozenSet<string> Exported = Stored.Append("user").Append("createdBy").ToFrozenSet(StringComparer.Ordinal);
}
