using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Contract.Tests.Crash;
using Contract.Tests.Hosting;
using Dhis2.Scheduling.V1;
using Grpc.Net.Client;

namespace Contract.Tests.Synchronization.Storm;

/// <summary>A node as one who uses it sees it, whether it runs in this process or in one of its own.</summary>
internal sealed class Site(string name, Uri url, GrpcChannel channel) : IDisposable
{
    public const string ValuesTime = "keyLastSuccessfulDataSynch", RegistrationsTime = "keyLastCompleteDataSetRegistrationSyncSuccess";

    /// <summary>Settings of a node for a bad line: what it waits for is short.</summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        "Dhis2:Synchronization:AllowPrivateNetworks=true", "Dhis2:Synchronization:RetryDelay=00:00:00.001", "Dhis2:Synchronization:MaxRetryDelay=00:00:00.010",
        "Dhis2:Synchronization:MetadataRetryDelay=00:00:00.001",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What it is called.</summary>
    public string Name { get; } = name;

    /// <summary>REST, as the administrator. It reads exports that are too large to hold each against the OpenAPI document.</summary>
    public HttpClient Http { get; } = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(90), DefaultRequestHeaders = { Authorization = Login } };

    /// <summary>gRPC, as the administrator.</summary>
    public GrpcChannel Channel { get; } = channel;

    /// <summary>Its DATA_SYNC job.</summary>
    public string Job { get; set; } = "";

    /// <summary>Times of the last success as they were known last.</summary>
    public DateTime[] Times { get; set; } = [DateTime.UnixEpoch, DateTime.UnixEpoch];

    public static AuthenticationHeaderValue Login { get; } = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:district")));

    public static Site Of(string name, TestNode node) => new(name, node.RestUrl, node.Channel);

    public static Site Of(string name, ServerProcess server, string job) => new(name, server.RestUrl, server.Channel) { Job = job };

    /// <summary>Tells it its remote server, with few attempts and short waits.</summary>
    public async Task ConnectAsync(Uri remote)
    {
        foreach (var (key, value) in new[]
        {
            ("keyRemoteInstanceUrl", remote.ToString()), ("keyRemoteInstanceUsername", "admin"), ("keyRemoteInstancePassword", "district"),
            ("syncDelayBetweenRemoteServerAvailabilityCheckAttempts", "1"),
        })
            await PostAsync($"/api/systemSettings/{key}?value={Uri.EscapeDataString(value)}", "");
    }

    /// <summary>Creates its DATA_SYNC job.</summary>
    public async Task CreateJobAsync(int pageSize) => Job = await SyncNode.CreateJobAsync(Channel, pageSize);

    /// <summary>Sends a document that must be taken in whole.</summary>
    public async Task PostAsync(string path, string document)
    {
        using var content = new StringContent(document, Encoding.UTF8, "application/json");
        using var answer = await Http.PostAsync(path, content, Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{Name} {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Ct)}");
    }

    /// <summary>Fetches metadata from another server, as often as it takes.</summary>
    public async Task PullAsync(Uri from, int attempts)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var answer = await Http.PostAsync("/api/33/synchronization/metadataPull", new StringContent($"{from}api/metadata"), Ct);
            var text = await answer.Content.ReadAsStringAsync(Ct);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                using var report = JsonDocument.Parse(text);
                Assert.True(report.RootElement.GetProperty("status").GetString() == "OK", $"{Name}: {text}");
                return;
            }
            Assert.True(answer.StatusCode is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict, $"{Name}: {answer.StatusCode} {text}");
            Assert.True(attempt < attempts, $"{Name}: no metadata in {attempts} attempts: {text}");
        }
    }

    /// <summary>Runs its job, and checks that the times of the last success are what they may be.</summary>
    public async Task<JobRun> SyncAsync()
    {
        await TimesAsync();
        var run = await SyncNode.RunAsync(Channel, Job);
        var after = await TimesAsync();
        // The wire tells milliseconds. While the remote server refuses something, there is no success.
        var started = run.StartedTime.ToDateTime().AddMilliseconds(-1);
        if (run.State == JobRunState.Completed && (await ConflictsAsync()).Count == 0)
            Assert.True(after.All(t => t >= started), $"{Name}: completed since {started:O}, and the last success is {string.Join(", ", after.Select(t => $"{t:O}"))}");
        return run;
    }

    /// <summary>Pushes values by the route.</summary>
    /// <returns>Whether everything was accounted for.</returns>
    public async Task<bool> PushAsync()
    {
        using var answer = await Http.PostAsync("/api/33/synchronization/dataPush", null, Ct);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict or HttpStatusCode.BadGateway,
            $"{Name}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Ct)}");
        return answer.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>Whether a run found nothing to send.</summary>
    public static bool IsSilent(JobRun run) =>
        run.State == JobRunState.Completed && run.Sequence.Count == 2 && run.Sequence.All(p => p.Summary.StartsWith("No new or updated", StringComparison.Ordinal));

    /// <summary>The entries of an export, each as the bytes that were sent, in an order of their own: DHIS2 promises none.</summary>
    public async Task<List<string>> ExportAsync(string path)
    {
        await using var stream = await Http.GetStreamAsync(path, Ct);
        using var document = await JsonDocument.ParseAsync(stream, cancellationToken: Ct);
        List<string> entries = [.. document.RootElement.EnumerateObject().Single().Value.EnumerateArray().Select(v => v.GetRawText())];
        entries.Sort(StringComparer.Ordinal);
        return entries;
    }

    /// <summary>Open conflicts.</summary>
    public async Task<List<string>> ConflictsAsync()
    {
        using var document = JsonDocument.Parse(await Http.GetStringAsync("/api/synchronization/conflicts?pageSize=1000", Ct));
        return [.. document.RootElement.GetProperty("conflicts").EnumerateArray().Select(v => v.GetRawText())];
    }

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    private async Task<DateTime[]> TimesAsync()
    {
        using var settings = JsonDocument.Parse(await Http.GetStringAsync($"/api/systemSettings?key={ValuesTime}&key={RegistrationsTime}", Ct));
        DateTime[] times = [.. new[] { ValuesTime, RegistrationsTime }.Select(k => DateTime.Parse(settings.RootElement.GetProperty(k).GetString()!,
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal))];
        var now = DateTime.UtcNow;
        foreach (var (was, became) in Times.Zip(times))
            Assert.True(was <= became && became <= now, $"{Name}: the last success went from {was:O} to {became:O} at {now:O}");
        return Times = times;
    }
}
