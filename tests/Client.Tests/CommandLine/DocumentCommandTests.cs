using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Contract.Tests.Hosting;
using Dhis2Grpc.Client.CommandLine;
using Dhis2Grpc.Client.Demo.Country;

namespace Client.Tests.CommandLine;

/// <summary>Import, export and analytics, against the real server with a small sample country.</summary>
public sealed class DocumentCommandTests : IAsyncLifetime
{
    private readonly SampleCountry _country = new(3, 0.01, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime));
    private readonly string _directory = Directory.CreateTempSubdirectory("dhis2-client-").FullName;
    private TestNode _node = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _node = await TestNode.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_country_goes_in_compressed_is_analysed_and_comes_out_again()
    {
        var metadata = Path.Combine(_directory, "country.json.gz");
        await using (var file = new GZipStream(File.Create(metadata), CompressionLevel.Fastest))
            await new SampleMetadata(_country).WriteAsync(file, Token);
        var checkedOnly = await Run("import", "metadata", metadata, "--dry-run", "--json");
        Assert.Equal((ExitCode.Ok, "OK"), (checkedOnly.Code, Text(checkedOnly.Json, "status")));
        Assert.Equal(0, Exported((await Run("export", "metadata", "--type", "dataElements")).Json, "dataElements"));
        var imported = await Run("import", "metadata", metadata);
        Assert.Equal((ExitCode.Ok, ""), (imported.Code, imported.Error));
        Assert.Contains("DataElement", imported.Output, StringComparison.Ordinal);
        var elements = (await Run("export", "metadata", "--type", "dataElements")).Json;
        Assert.Equal(60, Exported(elements, "dataElements"));

        using var values = new MemoryStream();
        await new SampleValues(_country).WriteAsync(values, null, Token);
        var count = new SampleValues(_country).All().Count();
        var summary = await CliRun.RunAsync(["import", "data", "-", "--json"], Environment(), values.ToArray());
        Assert.Equal((ExitCode.Ok, count), (summary.Code, summary.Json.GetProperty("importCount").GetProperty("imported").GetInt32()));
        var again = await CliRun.RunAsync(["import", "data", "-"], Environment(), values.ToArray());
        Assert.StartsWith("SUCCESS: 0 imported", again.Output, StringComparison.Ordinal);

        var month = _country.Months[^1].Iso;
        string[] which = ["--data-set", _country.UidOf(SampleDataSet.Outpatient), "--period", month, "--org-unit", _country.Root.Uid, "--children"];
        var expected = new SampleValues(_country).All().Count(v => v.Period.Iso == month && v.Element.DataSet == SampleDataSet.Outpatient);
        Assert.Equal(expected, Exported((await Run(["export", "data", .. which])).Json, "dataValues"));
        var output = Path.Combine(_directory, "values.json.gz");
        var written = await Run(["export", "data", .. which, "--output", output, "--json"]);
        Assert.Equal(new FileInfo(output).Length, written.Json.GetProperty("bytes").GetInt64());
        await using var packed = new GZipStream(File.OpenRead(output), CompressionMode.Decompress);
        Assert.Equal(expected, Exported((await JsonDocument.ParseAsync(packed, cancellationToken: Token)).RootElement, "dataValues"));
        Assert.False(File.Exists(output + ".part"));

        await AnalyseAsync();
    }

    [Fact]
    public async Task Documents_that_are_wrong_tell_what_is_wrong_and_store_nothing()
    {
        var half = await Import("metadata", "{\"dataElements\":[{\"id\":");
        Assert.Equal(ExitCode.Usage, half.Code);
        Assert.Contains("line 1", half.Error, StringComparison.OrdinalIgnoreCase);

        var broken = await Import("metadata", "{\"dataElementGroups\":[{\"id\":\"abcdefghijk\",\"name\":\"g\",\"shortName\":\"g\",\"dataElements\":[{\"id\":\"notthere123\"}]}]}");
        Assert.Equal(ExitCode.Failed, broken.Code);
        Assert.Contains("notthere123", broken.Output, StringComparison.Ordinal);
        var report = await Import("metadata", "{\"dataElementGroups\":[{\"id\":\"abcdefghijk\",\"name\":\"g\",\"shortName\":\"g\",\"dataElements\":[{\"id\":\"notthere123\"}]}]}", "--json");
        Assert.Equal((ExitCode.Failed, "ERROR"), (report.Code, Text(report.Json, "status")));

        var conflict = await Import("data", "{\"dataValues\":[{\"dataElement\":\"nowhere1234\",\"period\":\"202401\",\"orgUnit\":\"nowhere5678\",\"value\":\"1\"}]}");
        Assert.Contains("1 ignored", conflict.Output, StringComparison.Ordinal);
        Assert.Contains("nowhere1234", conflict.Output, StringComparison.Ordinal);

        var nowhere = await Run("export", "metadata", "--output", Path.Combine(_directory, "no", "where.json"));
        Assert.Equal(ExitCode.Usage, nowhere.Code);
    }

    private async Task AnalyseAsync()
    {
        var malaria = _country.Element("Malaria cases confirmed");
        string[] query = ["analytics", "--dx", malaria.Uid, "--pe", _country.Months[^1].Iso, "--pe", _country.Months[^2].Iso, "--ou", "LEVEL-2"];
        var early = await Run(query);
        Assert.Equal(ExitCode.Failed, early.Code);

        foreach (var (name, type) in ((string Name, string Type)[])[("resources", "RESOURCE_TABLE"), ("tables", "ANALYTICS_TABLE")])
        {
            Assert.Equal(ExitCode.Ok, (await Run("jobs", "create", "--name", name, "--type", type)).Code);
            Assert.Equal(ExitCode.Ok, (await Run("jobs", "run", name, "--wait")).Code);
        }

        var expected = new SampleValues(_country).All()
            .Where(v => v.Element.Number == malaria.Number && (v.Period.Number >= 34)).Sum(v => long.Parse(v.Value, null));
        var grid = (await Run([.. query, "--json"])).Json;
        Assert.Equal(expected, grid.GetProperty("rows").EnumerateArray().Sum(r => long.Parse(r[3].GetString()!, null)));
        var shown = await Run([.. query, "--chart"]);
        Assert.Contains("Malaria cases confirmed", shown.Output, StringComparison.Ordinal);
        Assert.Contains("█", shown.Output, StringComparison.Ordinal);
        var pivot = await Run([.. query, "--columns", "pe", "--ids"]);
        Assert.Contains(_country.Months[^1].Iso, pivot.Lines[0], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await Run([.. query, "--columns", "co"])).Code);
        Assert.Equal(ExitCode.Usage, (await Run("analytics", "--dx", "unknown1234", "--pe", "2024", "--ou", "LEVEL-1")).Code);
    }

    private Task<CliRun> Import(string what, string document, params string[] more) =>
        CliRun.RunAsync(["import", what, "-", .. more], Environment(), Encoding.UTF8.GetBytes(document));

    private Task<CliRun> Run(params string[] args) => CliRun.OnAsync(_node.GrpcUrl, args);

    private Dictionary<string, string> Environment() => new() { ["DHIS2_SERVER"] = _node.GrpcUrl.ToString() };

    private static int Exported(JsonElement document, string collection) =>
        document.TryGetProperty(collection, out var objects) ? objects.GetArrayLength() : 0;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
