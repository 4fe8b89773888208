using Dhis2Grpc.Benchmarks;
using Dhis2Grpc.Benchmarks.Analytics;
using Dhis2Grpc.Benchmarks.Documents;
using Dhis2Grpc.Benchmarks.Edge;
using Dhis2Grpc.Benchmarks.Ingest;
using Dhis2Grpc.Benchmarks.List;
using Dhis2Grpc.Benchmarks.Push;
using Dhis2Grpc.Benchmarks.Scheduler;
using Dhis2Grpc.Benchmarks.Watch;
using Dhis2Grpc.Server.Hosting;

// Each benchmark runs this node and its baseline side by side, and prints figures and their ratio.
using var end = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    end.Cancel();
};
var options = Options.Parse(args);
return options.Benchmark switch
{
    "analytics" => await AnalyticsBenchmark.RunAsync(options, end.Token),
    "edge" => await EdgeBenchmark.RunAsync(options, end.Token),
    "ingest" => await IngestBenchmark.RunAsync(options, end.Token),
    "list" => await ListBenchmark.RunAsync(options, end.Token),
    "metadata" => await MetadataBenchmark.RunAsync(options, end.Token),
    "push" => await PushBenchmark.RunAsync(options, end.Token),
    "scheduler" => await SchedulerBenchmark.RunAsync(options, end.Token),
    "watch" => await WatchBenchmark.RunAsync(options, end.Token),
    // The processes that benchmarks start.
    "node" => await NodeProcess.RunAsync(args[1..]),
    "list-prepare" => await ListBenchmark.PrepareAsync(args[1..]),
    "scheduler-prepare" => await NodeScheduler.PrepareAsync(args[1..]),
    "scheduler-node" => await NodeScheduler.RunAsync(args[1..]),
    "scheduler-quartz" => await QuartzScheduler.RunAsync(args[1..]),
    "sink" => await Sink.RunAsync(args[1..]),
    "minimal-api" => await MinimalApi.RunAsync(args[1..]),
    _ => Options.Usage(),
};
