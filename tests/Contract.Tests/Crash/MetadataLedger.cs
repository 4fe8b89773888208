using System.Globalization;
using System.Text.Json;

namespace Contract.Tests.Crash;

/// <summary>Imports metadata: each document brings data elements and a group of them, and renames one object that all have in common.</summary>
internal sealed class MetadataLedger(char prefix, Func<ServerProcess, string, int, Task> import) : ILedger
{
    private const int Elements = 150;

    private readonly HashSet<int> _there = [];
    private int _imports;
    private int _latest = -1;
    private int? _inFlight;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Shared => $"{prefix}Common0000";

    /// <inheritdoc/>
    public async Task WorkAsync(ServerProcess server)
    {
        try
        {
            while (true)
            {
                var number = _imports++;
                _inFlight = number;
                await import(server, Document(number), Elements + 2);
                Adopt();
            }
        }
        catch (Exception e) when (server.IsCrash(e))
        {
        }
    }

    /// <inheritdoc/>
    public async Task<string> CheckAsync(ServerProcess server)
    {
        await using var stream = await server.Http.GetStreamAsync("/api/metadata?dataElements=true&dataElementGroups=true", Ct);
        using var document = await JsonDocument.ParseAsync(stream, cancellationToken: Ct);
        var elements = Own(document, "dataElements").GroupBy(o => Number(Uid(o))).ToDictionary(g => g.Key, g => g.Select(Uid).Distinct().Count());
        var groups = Own(document, "dataElementGroups").Where(o => Uid(o) != Shared)
            .ToDictionary(o => Number(Uid(o)), o => o.GetProperty("dataElements").EnumerateArray().Count(m => Number(Uid(m)) == Number(Uid(o))));
        var shared = Own(document, "dataElementGroups").Where(o => Uid(o) == Shared).Select(o => o.GetProperty("name").GetString()).ToList();

        var unanswered = "nothing unanswered";
        if (_inFlight is { } number)
        {
            // Its group decides what became of it; all else must agree.
            unanswered = groups.ContainsKey(number) ? "one unanswered is there" : "one unanswered is not there";
            if (groups.ContainsKey(number))
                Adopt();
            _inFlight = null;
        }

        var expected = _there.ToDictionary(n => n, _ => Elements);
        Assert.Equal(expected.OrderBy(e => e.Key), elements.OrderBy(e => e.Key));
        Assert.Equal(expected.OrderBy(e => e.Key), groups.OrderBy(e => e.Key));
        Assert.Equal(_latest < 0 ? [] : [Name(_latest)], shared);
        return $"{_there.Count} metadata imports {prefix} ({unanswered})";
    }

    private void Adopt()
    {
        _latest = _inFlight!.Value;
        _there.Add(_latest);
        _inFlight = null;
    }

    private string Document(int number)
    {
        var uids = Enumerable.Range(0, Elements).Select(i => string.Create(CultureInfo.InvariantCulture, $"{prefix}x{number:00000}{i:0000}")).ToList();
        var elements = uids.Select(uid => SampleDocuments.DataElement(uid, uid));
        var members = uids.Select(uid => $$"""{"id":"{{uid}}"}""");
        var group = string.Create(CultureInfo.InvariantCulture, $"{prefix}x{number:00000}grou");
        return $$"""
            {"dataElements":[{{string.Join(',', elements)}}],
             "dataElementGroups":[{"id":"{{group}}","name":"{{group}}","shortName":"{{group}}","dataElements":[{{string.Join(',', members)}}]},
              {"id":"{{Shared}}","name":"{{Name(number)}}","shortName":"{{Name(number)}}"}]}
            """;
    }

    private string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix} as of {number}");

    private IEnumerable<JsonElement> Own(JsonDocument document, string type) => !document.RootElement.TryGetProperty(type, out var objects)
        ? []
        : objects.EnumerateArray().Where(o => Uid(o) == Shared || Uid(o).StartsWith($"{prefix}x", StringComparison.Ordinal));

    private static string Uid(JsonElement o) => o.GetProperty("id").GetString()!;

    private static int Number(string uid) => int.Parse(uid.AsSpan(2, 5), CultureInfo.InvariantCulture);
}
