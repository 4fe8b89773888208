using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace Dhis2Grpc.Server.Tests.Architecture;

/// <summary>Dependencies of the server's rooms point one way: edges to features, features to ports, adapters to
/// ports. Read from the compiled code, so that a comment or an alias hides nothing.</summary>
public sealed class DirectionTests
{
    private const string Root = "Dhis2Grpc.Server.";

    private static readonly System.Reflection.Assembly Server = System.Reflection.Assembly.Load("Dhis2Grpc.Server");

    private static readonly ArchUnitNET.Domain.Architecture Code =
        new ArchLoader().LoadAssemblies(Server).Build();

    // A room may use itself, the rooms it is inside of, and those named here. Records that a port hands over
    // (JobRun, JobConfiguration, User) live with the feature that they belong to.
    private static readonly Dictionary<string, string[]> May = new()
    {
        ["Errors"] = [],
        ["Periods"] = ["Errors"],
        ["Queries"] = ["Errors"],
        ["Progress"] = ["Errors", "Scheduling"],
        ["Security"] = ["Errors", "Storage"],
        ["Settings"] = ["Errors", "Storage", "Security"],
        ["Messages"] = ["Errors", "Settings"],
        ["Storage"] = ["Errors", "Progress", "Scheduling", "Security"],
        ["Storage.LiteDb"] = ["Errors", "Progress", "Scheduling", "Security"],
        ["Warehouse"] = ["Errors"],
        ["Warehouse.DuckDb"] = ["Errors", "Storage"],
        ["Jobs"] = ["Errors", "Progress"],
        ["Jobs.*"] = ["Errors", "Progress", "Warehouse", "Periods"],
        // The one feature that they run: it reads what they build.
        ["Jobs.AnalyticsTable"] = ["Errors", "Progress", "Warehouse", "Periods", "Analytics"],
        ["Jobs.DataImport"] = ["Errors", "Progress", "Data", "Storage"],
        ["Jobs.ResourceTable"] = ["Errors", "Progress", "Warehouse", "Periods", "Analytics"],
        ["Jobs.DataSync"] = ["Errors", "Progress", "Synchronization"],
        ["Jobs.MetadataPull"] = ["Errors", "Progress", "Synchronization"],
        ["Jobs.MetaDataSync"] = ["Errors", "Progress", "Synchronization"],
        ["Scheduling"] = ["Errors", "Progress", "Storage", "Security", "Jobs"],
        ["Metadata"] = ["Errors", "Warehouse", "Security", "Periods", "Storage", "Queries"],
        // Versions are made while a setting allows it.
        ["Metadata.Versions"] = ["Errors", "Warehouse", "Security", "Storage", "Settings"],
        ["Data"] = ["Errors", "Warehouse", "Security", "Periods", "Metadata", "Storage"],
        ["Synchronization"] = ["Errors", "Settings", "Messages", "Progress", "Warehouse", "Metadata", "Metadata.Versions", "Data", "Storage", "Periods", "Security"],
        ["Analytics"] = ["Errors", "Warehouse", "Periods"],
        ["Apps"] = ["Errors"],
        ["Rest"] = ["Errors", "Security", "Queries"],
        ["Rest.Documents"] = ["Errors", "Security", "Metadata", "Metadata.Versions", "Data", "Periods", "Queries", "Settings", "Apps", "Synchronization"],
        ["Grpc"] =
        [
            "Errors", "Security", "Storage", "Progress", "Scheduling", "Metadata", "Metadata.Versions", "Data", "Analytics", "Periods",
            "Queries", "Settings", "Synchronization",
        ],
    };

    // Foreign namespaces, and the only rooms that may know them.
    private static readonly Dictionary<string, string[]> OnlyIn = new()
    {
        ["LiteDB"] = ["Storage.LiteDb"],
        ["DuckDB"] = ["Warehouse.DuckDb"],
        ["Cronos"] = ["Scheduling"],
        ["Grpc.Core"] = ["Grpc", "Rest", "Rest.Documents", "Security"],
        ["Grpc.AspNetCore"] = ["Grpc", "Rest"],
        ["Microsoft.OpenApi"] = ["Rest"],
        ["MailKit"] = ["Messages"],
        ["MimeKit"] = ["Messages"],
        ["Scalar"] = ["Rest"],
        ["Microsoft.AspNetCore"] = ["Grpc", "Rest", "Rest.Documents", "Security"],
    };

    [Fact]
    public void Every_room_knows_only_the_rooms_it_may_know()
    {
        var wrong = Dependencies()
            .Where(d => d.To.StartsWith(Root, StringComparison.Ordinal))
            .Select(d => (From: Room(d.From), To: Room(d.To), d))
            .Where(x => x.From != "Hosting" && !MayUse(x.From, x.To))
            .Select(x => $"{x.From} -> {x.To}: {x.d.From} uses {x.d.To}");
        Assert.True(!wrong.Any(), string.Join('\n', wrong.Distinct().Order()));
    }

    [Fact]
    public void Libraries_of_adapters_stay_in_their_rooms()
    {
        var wrong = from d in Dependencies()
                    from rule in OnlyIn
                    where d.To.StartsWith(rule.Key + ".", StringComparison.Ordinal)
                    let room = Room(d.From)
                    where room != "Hosting" && !rule.Value.Contains(room)
                    select $"{room} knows {rule.Key}: {d.From} uses {d.To}";
        Assert.Empty(wrong.Distinct().Order());
    }

    [Fact]
    public void Every_room_is_on_the_plan()
    {
        var rooms = Code.Types.Select(t => t.FullName).Where(Ours).Select(Room).Distinct();
        Assert.Empty(rooms.Where(r => r != "Hosting" && !May.ContainsKey(Plan(r))).Order());
    }

    [Fact]
    public void The_rules_see_dependencies_of_method_bodies()
    {
        // Guards the test itself: an empty architecture would let everything pass.
        Assert.Contains(Dependencies(), d => Room(d.From) == "Progress" && Ours(d.To) && Room(d.To) == "Errors");
        Assert.False(MayUse("Progress", "Storage.LiteDb"));
        Assert.False(MayUse("Jobs.AnalyticsTable", "Jobs.ResourceTables"));
        Assert.True(MayUse("Storage.LiteDb", "Storage"));
    }

    // The reader confuses type parameters that have one name.
    private static IEnumerable<(string From, string To)> Dependencies() =>
        from type in Code.Types
        where Ours(type.FullName)
        from dependency in type.Dependencies
        where dependency.Target is not GenericParameter
        select (type.FullName, dependency.Target.FullName);

    private static bool MayUse(string from, string to)
    {
        if (to == from || from.StartsWith(to + ".", StringComparison.Ordinal))
            return true;
        return May.TryGetValue(Plan(from), out var rooms) && rooms.Contains(to);
    }

    private static string Plan(string room) =>
        room.StartsWith("Jobs.", StringComparison.Ordinal) && !May.ContainsKey(room) ? "Jobs.*" : room;

    private static bool Ours(string type) => type.StartsWith(Root, StringComparison.Ordinal);

    // Dhis2Grpc.Server.Storage.LiteDb.JobStore, and types nested in it, live in Storage.LiteDb. A folder inside a room
    // that is not on the plan itself is part of the room.
    private static string Room(string type)
    {
        var name = type[Root.Length..].Split('<', '+', '/', '`')[0];
        var dot = name.LastIndexOf('.');
        if (dot < 0)
            return "Hosting";
        var room = name[..dot];
        for (var outer = room; ; outer = outer[..outer.LastIndexOf('.')])
        {
            if (May.ContainsKey(Plan(outer)))
                return outer;
            if (!outer.Contains('.', StringComparison.Ordinal))
                return room;
        }
    }
}
