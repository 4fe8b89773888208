using System.Text.Json;

namespace Dhis2Grpc.Server.Data;

/// <summary>Who may read and write data of an object, by its sharing: everybody, some users, some groups.</summary>
internal sealed record Sharing
{
    /// <summary>The members of an object's JSON that hold its sharing, as an expression of SQL over column json.</summary>
    public const string Sql = "json_extract(json, ['$.sharing', '$.publicAccess', '$.userAccesses', '$.userGroupAccesses'])";

    // An access string such as rwr----- tells of metadata first, then of data.
    private const int Read = 2, Write = 3;

    private string? Public { get; init; }

    private IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    private IReadOnlyDictionary<string, string> Groups { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether everybody may read and write.</summary>
    public bool IsOpen => Allows(Public, Read) && Allows(Public, Write);

    /// <summary>Whether the user may see data of the object.</summary>
    public bool CanRead(UserScope user) => Can(user, Read) || Can(user, Write);

    /// <summary>Whether the user may enter data for the object.</summary>
    public bool CanWrite(UserScope user) => Can(user, Write);

    /// <summary>Reads what <see cref="Sql"/> selects; null when the object says nothing of sharing, which restricts nobody.</summary>
    public static Sharing? Parse(IReadOnlyList<string?> members)
    {
        using var sharing = Document(members[0]);
        if (sharing?.RootElement is { ValueKind: JsonValueKind.Object } of)
        {
            return new Sharing
            {
                Public = Text(of, "public"),
                Users = Accesses(of, "users"),
                Groups = Accesses(of, "userGroups"),
            };
        }

        // The form of old documents.
        using var all = Document(members[1]);
        if (all?.RootElement is not { ValueKind: JsonValueKind.String } access)
            return null;
        return new Sharing { Public = access.GetString(), Users = OldAccesses(members[2]), Groups = OldAccesses(members[3]) };
    }

    private bool Can(UserScope user, int right) =>
        user.IsSuper || Allows(Public, right) || Users.Any(u => user.Uids.Contains(u.Key) && Allows(u.Value, right))
        || Groups.Any(g => user.Groups.Contains(g.Key) && Allows(g.Value, right));

    private static bool Allows(string? access, int right) => access?.Length > right && access[right] == (right == Read ? 'r' : 'w');

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

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static JsonDocument? Document(string? text) => text is null ? null : JsonDocument.Parse(text);
}
