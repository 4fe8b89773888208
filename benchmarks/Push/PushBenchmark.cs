using System.Globalization;
using System.Net.Http.Headers;
using Dhis2Grpc.Benchmarks.Sample;
using Dhis2Grpc.Server.Settings;
using Dhis2Grpc.Server.Synchronization.Push;

namespace Dhis2Grpc.Benchmarks.Push;

/// <summary>A push of a million data values: the sending half alone, to a receiver that takes everything, with and without gzip; and the
/// whole, to a second node that imports them.</summary>
internal static class PushBenchmark
{
    private const double PostgresUpsertsPerSecond = 94_000;

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(Options options, CancellationToken cancellationToken)
    {
        var country = new Country();
        var values = DataValues.Of(country, options.Number("share", 0.337), 0, options.Int("months", 6)).ToArray();
        var runs = options.Int("runs", 3);
        foreach (var compress in new[] { true, false })
        {
            await using var node = await StartAsync(country, values, compress, cancellationToken);
            var (sink, url) = await ChildProcess.StartSinkAsync(cancellationToken);
            await using var sinkProcess = sink;
            await ConnectAsync(node, url, cancellationToken);
            using var http = new HttpClient { BaseAddress = url };
            var rates = new List<double>();
            var cpu = new List<double>();
            var bytes = 0L;
            GC.Collect();
            var resident = Figures.ResidentMegabytes(Environment.ProcessId);
            for (var run = 0; run <= runs; run++)
            {
                await http.GetStringAsync("/bytes", cancellationToken);
                var before = Environment.CpuUsage.TotalTime;
                var rate = await PushAsync(node, $"{(run == 0 ? "warm-up" : "to a sink")}, {(compress ? "gzip" : "plain")}", values.Length, cancellationToken);
                bytes = long.Parse(await http.GetStringAsync("/bytes", cancellationToken), CultureInfo.InvariantCulture);
                if (run == 0)
                    continue;
                rates.Add(rate);
                cpu.Add((Environment.CpuUsage.TotalTime - before).TotalMicroseconds / values.Length);
            }

            Figures.Print($"sending {values.Length} values, {(compress ? "gzip" : "plain")}: {Figures.Median(rates) / 1000:F0}k/s, {Figures.Median(cpu):F2} us CPU and {(double)bytes / values.Length:F1} bytes a value, {Figures.ResidentMegabytes(Environment.ProcessId) - resident} MB more resident than before");
            if (compress)
                Figures.Print($"ratio to an upsert in PostgreSQL (94k/s, measured apart): {Figures.Median(rates) / PostgresUpsertsPerSecond:F1}x (at least 8, goal 15)");
        }

        if (!options.Has("skip-node"))
        {
            await using var node = await StartAsync(country, values, compress: true, cancellationToken);
            var (receiver, rest, _) = await ChildProcess.StartNodeAsync(cancellationToken);
            await using var receiverProcess = receiver;
            using var http = new HttpClient { BaseAddress = rest };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("admin:district"u8));
            using var metadata = new ByteArrayContent(MetadataDocument.Of(country)) { Headers = { ContentType = new("application/json") } };
            using var answer = await http.PostAsync("/api/metadata", metadata, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new InvalidOperationException(await answer.Content.ReadAsStringAsync(cancellationToken));
            await ConnectAsync(node, rest, cancellationToken);
            var rate = await PushAsync(node, "to a second node, all new", values.Length, cancellationToken);
            var again = await PushAsync(node, "to a second node, all known", values.Length, cancellationToken);
            Figures.Print($"to a second node: {rate / 1000:F0}k/s new, {again / 1000:F0}k/s known; sender peak {Figures.PeakMegabytes()} MB, receiver {Figures.ResidentMegabytes(receiver.Id)} MB");
        }

        return 0;
    }

    private static async Task<NodeWarehouse> StartAsync(Country country, DataValue[] values, bool compress, CancellationToken cancellationToken)
    {
        var node = await NodeWarehouse.StartAsync(
            country, cancellationToken, "--Dhis2:Synchronization:AllowPrivateNetworks=true", $"--Dhis2:Synchronization:Compress={compress}");
        await node.LoadAsync(country, values, cancellationToken);
        return node;
    }

    private static async Task ConnectAsync(NodeWarehouse node, Uri url, CancellationToken cancellationToken) =>
        await node.Services.GetRequiredService<SystemSettings>().SetAsync(
            [new(SettingKeys.RemoteUrl, url.ToString()), new(SettingKeys.RemoteUsername, "admin"), new(SettingKeys.RemotePassword, "district")],
            cancellationToken);

    private static async Task<double> PushAsync(NodeWarehouse node, string what, int values, CancellationToken cancellationToken)
    {
        await node.Services.GetRequiredService<SystemSettings>().SetAsync(SettingKeys.LastDataPush, null, cancellationToken);
        var elapsed = await Figures.TimeAsync(what, async () =>
        {
            var summary = await node.Services.GetRequiredService<DataPush>().PushAsync(cancellationToken);
            if (summary is not { Status: "SUCCESS" })
                Figures.Print($"  {summary?.Status ?? "nothing pushed"}: {summary?.Conflicts.FirstOrDefault()?.Value}");
        });
        return values / elapsed.TotalSeconds;
    }
}
