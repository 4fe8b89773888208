using System.Net.Http.Headers;
using System.Text.Json;

namespace Dhis2Grpc.Benchmarks.Documents;

/// <summary>A metadata document into an empty node, the same again, and out of it, over REST: time, and the memory of the node, which
/// is a process of its own.</summary>
internal static class MetadataBenchmark
{
    private static readonly string Credentials = Convert.ToBase64String("admin:district"u8);

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        if (options.Text("document") is not { } path)
        {
            Console.Error.WriteLine("metadata: name a document with --document PATH.");
            return 2;
        }

        var (create, update, export, cpu) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var (idle, peak, objects) = (0L, 0L, 0);
        for (var run = 1; run <= options.Int("runs", 3); run++)
        {
            var (node, url, _) = await ChildProcess.StartNodeAsync(cancellationToken);
            await using var stop = node;
            using var http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromHours(1) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Credentials);
            // The first call of all pays for starting up.
            using (await http.GetAsync(new Uri("/api/metadata?constants=true", UriKind.Relative), cancellationToken))
                idle = Math.Max(idle, Figures.PeakMegabytes(node.Id));
            var used = node.Cpu;
            create.Add((await Figures.TimeAsync($"import into an empty node {run}", async () => objects = await ImportAsync(http, path, cancellationToken))).TotalSeconds);
            cpu.Add((node.Cpu - used).TotalSeconds);
            update.Add((await Figures.TimeAsync($"import of the same again {run}", () => ImportAsync(http, path, cancellationToken))).TotalSeconds);
            export.Add((await Figures.TimeAsync($"export of everything {run}", () => ExportAsync(http, cancellationToken))).TotalSeconds);
            peak = Math.Max(peak, Figures.PeakMegabytes(node.Id));
        }

        Figures.Print($"{Path.GetFileName(path)}: {new FileInfo(path).Length / 1e6:F1} MB, {objects} objects; create {Figures.Median(create):F2} s ({Figures.Median(cpu):F2} s of CPU), update {Figures.Median(update):F2} s, export {Figures.Median(export):F2} s; peak memory {peak} MB, {idle} MB before");
        return 0;
    }

    private static async Task<int> ImportAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        using var content = new StreamContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await http.PostAsync(new Uri("/api/metadata", UriKind.Relative), content, cancellationToken);
        using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        var report = body.RootElement.GetProperty("response");
        var stats = report.GetProperty("stats");
        if (stats.GetProperty("ignored").GetInt32() > 0)
            throw new InvalidOperationException($"The node refused the document: {report.GetRawText()[..Math.Min(1000, report.GetRawText().Length)]}");
        return stats.GetProperty("total").GetInt32();
    }

    private static async Task ExportAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(new Uri("/api/metadata", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null, cancellationToken);
    }
}
