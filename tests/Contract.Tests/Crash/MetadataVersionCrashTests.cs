using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Contract.Tests.Crash;

/// <summary>Kills the server while it makes a version of the metadata, again and again on the same data directory. <c>DHIS2_CRASH_SEED</c>
/// repeats the kill points.</summary>
public sealed class MetadataVersionCrashTests(ITestOutputHelper output)
{
    private const int Cycles = 4;
    private const int Units = 15_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_is_whole_or_not_there_and_no_change_falls_between_two()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DHIS2_CRASH_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        var server = await ServerProcess.StartAsync(directory.Path);
        try
        {
            (await server.Http.PostAsync("/api/systemSettings/keyVersionEnabled?value=true", null, Ct)).EnsureSuccessStatusCode();
            await Uploads.PostAsync(server, "/api/metadata", Country());
            for (var cycle = 0; cycle < Cycles; cycle++)
            {
                var told = await KillWhileMakingAsync(server, random);
                await server.DisposeAsync();
                server = await ServerProcess.StartAsync(directory.Path);
                var names = await CheckAsync(server);
                if (told is not null) Assert.Equal(told, names[^1]);
                output.WriteLine($"{cycle}: {(told is null ? "not answered" : told)}, {names.Count} versions");
                await Uploads.PostAsync(server, "/api/metadata", Unit(random.Next(1, Units), $"Renamed {cycle}"));
            }

            // What was changed between the crashes is in the versions after all.
            Assert.NotNull(await MakeAsync(server));
            await CheckAsync(server);
            using var all = JsonDocument.Parse(await server.Http.GetByteArrayAsync("/api/metadata", Ct));
            Assert.Equal(Objects(all), await ReplayAsync(server));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<string?> KillWhileMakingAsync(ServerProcess server, Random random)
    {
        var making = MakeAsync(server);
        await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(random.Next(600)), TimeProvider.System, Ct), making);
        await server.KillAsync();
        return await making;
    }

    private static async Task<string?> MakeAsync(ServerProcess server)
    {
        try
        {
            using var response = await server.Http.PostAsync("/api/metadata/version/create?type=BEST_EFFORT", null, Ct);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("name").GetString();
        }
        catch (Exception e) when (server.IsCrash(e))
        {
            return null;
        }
    }

    // Numbers follow each other, each snapshot is whole, nothing is left of others, and the setting names the last.
    private static async Task<List<string>> CheckAsync(ServerProcess server)
    {
        var versions = (await server.Http.GetFromJsonAsync<JsonElement>("/api/metadata/versions", Ct)).GetProperty("metadataversions").EnumerateArray().ToList();
        var names = versions.ConvertAll(v => v.GetProperty("name").GetString()!);
        Assert.Equal(Enumerable.Range(1, names.Count).Select(i => $"Version_{i}"), names);
        foreach (var version in versions)
            Assert.Equal(version.GetProperty("hashCode").GetString(), Hash(await DataAsync(server, version.GetProperty("name").GetString()!)));
        using var beyond = await server.Http.GetAsync($"/api/metadata/version/Version_{names.Count + 1}/data", Ct);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, beyond.StatusCode);
        var info = await server.Http.GetFromJsonAsync<JsonElement>("/api/system/info", Ct);
        Assert.Equal(names.LastOrDefault(), info.TryGetProperty("systemMetadataVersion", out var last) ? last.GetString() : null);
        return names;
    }

    private static async Task<SortedDictionary<string, string>> ReplayAsync(ServerProcess server)
    {
        var objects = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in await CheckAsync(server))
        {
            using var document = JsonDocument.Parse(await DataAsync(server, name));
            foreach (var (key, json) in Objects(document)) objects[key] = json;
        }

        return objects;
    }

    private static SortedDictionary<string, string> Objects(JsonDocument document)
    {
        var objects = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var collection in document.RootElement.EnumerateObject().Where(c => c.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var o in collection.Value.EnumerateArray()) objects[$"{collection.Name} {o.GetProperty("id").GetString()}"] = o.GetRawText();
        }

        return objects;
    }

    private static Task<byte[]> DataAsync(ServerProcess server, string name) => server.Http.GetByteArrayAsync($"/api/metadata/version/{name}/data", Ct);

    private static string Country()
    {
        var units = new StringBuilder();
        for (var i = 0; i < Units; i++) units.Append(i == 0 ? "" : ",").Append(One(i, $"Unit {i}"));
        return $$"""{"organisationUnits":[{{units}}]}""";
    }

    private static string Unit(int number, string name) => $$"""{"organisationUnits":[{{One(number, name)}}]}""";

    private static string One(int number, string name) => string.Create(CultureInfo.InvariantCulture,
        $$"""{"id":"u{{number:D10}}","name":"{{name}}","shortName":"U{{number}}","openingDate":"2020-01-01"{{(number == 0 ? "" : ""","parent":{"id":"u0000000000"}""")}}}""");

    [SuppressMessage("Security", "CA5351", Justification = "DHIS2's checksum of versions.")]
    private static string Hash(byte[] text) => Convert.ToHexStringLower(MD5.HashData(text));
}
