using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Contract.Tests.Hosting;
using Dhis2Grpc.Client.CommandLine;

namespace Client.Tests.CommandLine;

/// <summary>`dhis2 metadata versions` on a real node.</summary>
public sealed class MetadataVersionCommandTests : IAsyncLifetime
{
    private TestNode _node = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await TestNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Versions_are_made_listed_and_exported()
    {
        var off = await Run("metadata", "versions", "list");
        Assert.NotEqual(ExitCode.Ok, off.Code);
        Assert.Contains("Metadata versioning is not enabled", off.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, (await Run("settings", "set", "keyVersionEnabled", "true")).Code);
        Assert.Contains("No versions.", (await Run("metadata", "versions", "list")).Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Run("metadata", "versions", "create")).Code);
        Assert.Equal(ExitCode.Usage, (await Run("metadata", "versions", "create", "--type", "HOPEFUL")).Code);

        using (var content = new StringContent("""{"constants":[{"id":"cccccccccc1","name":"Pi","value":3.14}]}""", Encoding.UTF8, "application/json"))
            (await _node.Http.PostAsync("/api/metadata", content, Ct)).EnsureSuccessStatusCode();
        Assert.Equal("Version_1", Assert.Single((await Run("metadata", "versions", "create", "--type", "ATOMIC")).Lines));
        var second = (await Run("metadata", "versions", "create", "--type", "BEST_EFFORT", "--json")).Json;
        Assert.Equal(("Version_2", "BEST_EFFORT"), (second.GetProperty("name").GetString(), second.GetProperty("type").GetString()));

        var list = await Run("metadata", "versions", "list");
        Assert.Contains("Version_1", list.Output, StringComparison.Ordinal);
        Assert.Contains("ATOMIC", list.Output, StringComparison.Ordinal);
        var after = (await Run("metadata", "versions", "list", "--after", "Version_1", "--json")).Json.GetProperty("metadataVersions").EnumerateArray();
        Assert.Equal(second.GetProperty("hashCode").GetString(), Assert.Single(after).GetProperty("hashCode").GetString());
        Assert.Equal(ExitCode.NotFound, (await Run("metadata", "versions", "list", "--after", "Version_9")).Code);

        var exported = await Run("metadata", "versions", "export", "Version_2");
        Assert.Equal(second.GetProperty("hashCode").GetString(), Hash(exported.Output));
        Assert.Equal(ExitCode.NotFound, (await Run("metadata", "versions", "export", "Version_9")).Code);
    }

    private Task<CliRun> Run(params string[] args) => CliRun.RunAsync(
        args, new() { ["DHIS2_SERVER"] = _node.GrpcUrl.ToString(), ["DHIS2_USER"] = "admin", ["DHIS2_PASSWORD"] = "district" });

    [SuppressMessage("Security", "CA5351", Justification = "DHIS2's checksum of versions.")]
    private static string Hash(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
