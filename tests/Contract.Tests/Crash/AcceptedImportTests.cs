using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Contract.Tests.Crash;

/// <summary>Documents that were accepted for a job to import, and servers that end before the job did.</summary>
public sealed class AcceptedImportTests(ITestOutputHelper output)
{
    private const int Documents = 5;
    private const int Periods = 8;
    private const string Common = "19990101";

    private static readonly DateOnly First = new(2000, 1, 1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_accepted_is_imported_once_and_in_order_whenever_the_server_ends(bool orderly)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var directory = new TemporaryDirectory();
        var jobs = new List<string>();
        var server = await ServerProcess.StartAsync(directory.Path);
        try
        {
            await Uploads.PostAsync(server, "/api/metadata", SampleDocuments.Metadata());
            for (var cycle = 0; cycle < 2; cycle++)
            {
                for (var i = 0; i < Documents; i++)
                    jobs.Add(await AcceptAsync(server, jobs.Count));
                // A killed start must not lose anything either.
                for (var end = 0; end < 2; end++)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(700)), TimeProvider.System, Ct);
                    await EndAsync(server, orderly);
                    await server.DisposeAsync();
                    server = await ServerProcess.StartAsync(directory.Path);
                }

                for (var i = jobs.Count - Documents; i < jobs.Count; i++)
                    await ExpectAsync(server, jobs[i], i);
                Assert.Equal(jobs.Count.ToString(CultureInfo.InvariantCulture), await CommonValueAsync(server));
                Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory.Path, "accepted")));
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task EndAsync(ServerProcess server, bool orderly)
    {
        if (!orderly)
        {
            await server.KillAsync();
            return;
        }

        server.Terminate();
        Assert.Equal(0, await server.EndAsync());
    }

    private static async Task<string> AcceptAsync(ServerProcess server, int number)
    {
        string[] periods =
        [
            .. Enumerable.Range(number * Periods, Periods).Select(d => First.AddDays(d).ToString("yyyyMMdd", CultureInfo.InvariantCulture)), Common,
        ];
        var document = SampleDocuments.Values(SampleDocuments.Rest, periods, (number + 1).ToString(CultureInfo.InvariantCulture));
        using var response = await server.Http.PostAsync(
            "/api/dataValueSets?async=true", new StringContent(document, Encoding.UTF8, "application/json"), Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        using var answer = JsonDocument.Parse(text);
        return answer.RootElement.GetProperty("response").GetProperty("id").GetString()!;
    }

    // Polls as scripts do: nothing that says completed may come before the true end.
    private static async Task ExpectAsync(ServerProcess server, string job, int number)
    {
        var until = DateTime.UtcNow.AddSeconds(90);
        while (true)
        {
            using var feed = JsonDocument.Parse(await server.Http.GetStringAsync($"/api/system/tasks/DATAVALUE_IMPORT/{job}", Ct));
            var end = feed.RootElement.EnumerateArray().FirstOrDefault(n => n.GetProperty("completed").GetBoolean());
            var summary = await server.Http.GetStringAsync($"/api/system/taskSummaries/DATAVALUE_IMPORT/{job}", Ct);
            if (end.ValueKind == JsonValueKind.Object)
                Assert.Equal("INFO", end.GetProperty("level").GetString());
            if (summary.Length > 0)
            {
                using var told = JsonDocument.Parse(summary);
                Assert.True(told.RootElement.TryGetProperty("importCount", out var count), summary);
                var fresh = (number == 0 ? Periods + 1 : Periods) * SampleDocuments.Cells;
                Assert.Equal(
                    (fresh, number == 0 ? 0 : SampleDocuments.Cells, 0, 0),
                    (count.GetProperty("imported").GetInt32(), count.GetProperty("updated").GetInt32(), count.GetProperty("ignored").GetInt32(), count.GetProperty("deleted").GetInt32()));
                return;
            }

            Assert.True(DateTime.UtcNow < until, $"Job {job} did not end:\n{server.Log}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Ct);
        }
    }

    private static async Task<string> CommonValueAsync(ServerProcess server)
    {
        using var document = JsonDocument.Parse(await server.Http.GetStringAsync(
            $"/api/dataValueSets?orgUnit={SampleDocuments.Region(SampleDocuments.Rest)}&children=true&dataElementGroup={SampleDocuments.Group}&period={Common}", Ct));
        return Assert.Single(document.RootElement.GetProperty("dataValues").EnumerateArray().Select(v => v.GetProperty("value").GetString()!).Distinct());
    }
}
