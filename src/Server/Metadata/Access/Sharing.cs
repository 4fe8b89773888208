using System.Text.Json;

namespace Dhis2Grpc.Server.Metadata.Access;

/// <summary>Who may see and change an object, and read and write its data, by its sharing: everybody, some users, some groups.</summary>
internal sealed record Sharing
{
    /// <summary>The members of an object's JSON that hold its sharing, as an expression of SQL over column json.</summary>
    public const string Sql = "json_extract(json, ['$.sharing', '$.publicAccess', '$.userAccesses', '$.userGroupAccesses', '$.user.id'])";

    /// <summary>Access of those who have none.</summary>
    public const string Hidden = "--------";

    /// <summary>What an access string such as rwr----- grants, by place.</summary>
    internal enum Right
    {
        /// <summary>See the object.</summary>
        Read = 0,

        /// <summary>Change it.</summary>
        Write = 1,

        /// <summary>See its data.</summary>
        ReadData = 2,

        /// <summary>Enter its data.</summary>
        WriteData = 3,
    }

    /// <summary>Access of everybody; null: the object does not say.</summary>
    public string? PublicAccess { get; private init; }

    /// <summary>UID of the user whose it is; null: nobody's.</summary>
    public string? Owner { get; private init; }

    private IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    private IReadOnlyDictionary<string, string> Groups { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether everybody may read and write.</summary>
    public bool IsOpen => Allows(PublicAccess, Right.ReadData) && Allows(PublicAccess, Right.WriteData);

    /// <summary>Whether the user may see data of the object.</summary>
    public bool CanRead(UserScope user) => Can(user, Right.ReadData) || Can(user, Right.WriteData);

    /// <summary>Whether the user may enter data for the object.</summary>
    public bool CanWrite(UserScope user) => Can(user, Right.WriteData);

    /// <summary>Reads the sharing of an object's JSON.</summary>
    public static Sharing? Of(JsonElement stored) => Parse(
    [
        Raw(stored, "sharing"), Raw(stored, "publicAccess"), Raw(stored, "userAccesses"), Raw(stored, "userGroupAccesses"),
        stored.TryGetProperty("user", out var user) && user.ValueKind == JsonValueKind.Object ? Raw(user, "id") : null,
    ]);

    /// <summary>Reads what <see cref="Sql"/> selects; null when the object says nothing of sharing, which restricts nobody.</summary>
    public static Sharing? Parse(IReadOnlyList<string?> members)
    {
        using var sharing = Document(members[0]);
        if (sharing?.RootElement is { ValueKind: JsonValueKind.Object } of)
        {
            return new Sharing
            {
                PublicAccess = Text(of, "public"),
                Owner = Text(of, "owner"),
                Users = Accesses(of, "users"),
                Groups = Accesses(of, "userGroups"),
            };
        }

        // The form of old documents.
        using var all = Document(members[1]);
        if (all?.RootElement is not { ValueKind: JsonValueKind.String } access)
            return null;
        return new Sharing { PublicAccess = access.GetString(), Owner = members.Count > 4 ? Plain(members[4]) : null, Users = OldAccesses(members[2]), Groups = OldAccesses(members[3]) };
    }

    /// <summary>Whether the user has the right.</summary>
    public bool Can(UserScope user, Right right) =>
        user.IsSuper || Allows(PublicAccess, right) || Users.Any(u => user.Uids.Contains(u.Key) && Allows(u.Value, right))
        || Groups.Any(g => user.Groups.Contains(g.Key) && Allows(g.Value, right));

    private static bool Allows(string? access, Right right) =>
        access?.Length > (int)right && access[(int)right] == (right is Right.Read or Right.ReadData ? 'r' : 'w');

    private static Dictionary<string, string> Accesses(JsonElement sharing, string name)
    {
        var accesses = new Dictionary<string, string>();
        if (sharing.TryGetProperty(name, out var members) && members.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in members.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.Object))
                accesses[member.Name] = Text(member.Value, "access") ?? "";
        }

        return accesses;
    }

    private static Dictionary<string, string> OldAccesses(string? text)
    {
        var accesses = new Dictionary<string, string>();
        using var document = Document(text);
        if (document?.RootElement is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var member in list.EnumerateArray().Where(m => m.ValueKind == JsonValueKind.Object))
            {
                if (Text(member, "id") is { } id)
                    accesses[id] = Text(member, "access") ?? "";
            }
        }

        return accesses;
    }

    private static string? Raw(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetRawText() : null;

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string? Plain(string? json)
    {
        using var document = Document(json);
        return document?.RootElement is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
    }

    private static JsonDocument? Document(string? text) => text is null ? null : JsonDocument.Parse(text);
}
