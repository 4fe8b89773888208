using System.Text.Json.Nodes;
using Dhis2.Analytics.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Connection;
using Dhis2Grpc.Client.Demo.Country;
using Spectre.Console;

namespace Dhis2Grpc.Client.Demo;

/// <summary>The demo: a node, a country, its jobs at work, and a look at the result.</summary>
internal sealed class DemoShow(Terminal terminal, bool json, DemoOptions options)
{
    /// <summary>Default REST address.</summary>
    public const string DefaultRest = "http://127.0.0.1:8080";

    /// <summary>Default gRPC address.</summary>
    public const string DefaultGrpc = "http://127.0.0.1:8081";

    private readonly JsonObject _result = [];

    /// <summary>Runs the show, then waits for Ctrl-C unless told to exit.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var temporary = options.DataDirectory is null;
        var directory = temporary
            ? Directory.CreateTempSubdirectory("dhis2-demo-").FullName
            : Directory.CreateDirectory(options.DataDirectory!).FullName;
        try
        {
            return await RunAsync(directory, cancellationToken);
        }
        finally
        {
            if (temporary)
                Directory.Delete(directory, recursive: true);
        }
    }

    private async Task<int> RunAsync(string directory, CancellationToken cancellationToken)
    {
        var rest = ListenAddress.Choose(options.RestUrl, DefaultRest);
        var grpc = ListenAddress.Choose(options.GrpcUrl, DefaultGrpc);
        var password = terminal.Environment("Dhis2__Security__AdminPassword") ?? "district";
        var started = terminal.Time.GetTimestamp();
        Say($"Starting a node with its data in {directory} ...");
        await using var server = await DemoServer.StartAsync(directory, rest, grpc, terminal.Time, cancellationToken);
        rest = ListenAddress.Reachable(rest);
        grpc = ListenAddress.Reachable(grpc);
        Say($"Serving after {Since(started)}: REST at {Root(rest)}, gRPC at {Root(grpc)}, user admin, password {password}.");
        if (options.RestUrl is null && Root(rest) != DefaultRest || options.GrpcUrl is null && Root(grpc) != DefaultGrpc)
            Say("A default port is taken by another program, so a free one was chosen.");
        _result["restUrl"] = Root(rest);
        _result["grpcUrl"] = Root(grpc);
        _result["dataDirectory"] = directory;

        await using var client = Dhis2Client.Connect(grpc, new Dhis2Credentials("admin", password));
        var country = new SampleCountry(options.Seed, options.Size, DateOnly.FromDateTime(terminal.Time.GetLocalNow().DateTime));
        await LoadAsync(client, country, cancellationToken);
        var jobs = await DemoJobs.EnsureAsync(client, cancellationToken);
        Say($"Jobs: {string.Join(", ", jobs.Keys.Order(StringComparer.Ordinal))}.");
        var code = await ShowAsync(client, country, jobs, cancellationToken);
        if (json)
            await terminal.Text.WriteLineAsync(_result.ToJsonString(MessageJson.Compact));
        if (code != ExitCode.Ok || options.Exit)
            return code;
        if (!json)
        {
            new ThingsToTry(rest, grpc, password, jobs[DemoJobs.Trial.Name].Id, Malaria(country)).Write(terminal.Out);
            Say("The node goes on until Ctrl-C.");
        }

        await terminal.Text.FlushAsync(cancellationToken);
        return await WaitAsync(server, cancellationToken);
    }

    private async Task LoadAsync(Dhis2Client client, SampleCountry country, CancellationToken cancellationToken)
    {
        var load = new SampleLoad(client, country, terminal, json);
        _result["organisationUnits"] = country.Units.Count;
        if (await load.IsThereAsync(cancellationToken))
        {
            Say($"{country.Root.Name} is there already, with data until {country.Months[^1].Iso}.");
            return;
        }

        var started = terminal.Time.GetTimestamp();
        Say($"Loading {country.Root.Name}: {ShownText.Count(country.Units.Count)} organisation units, {country.Elements.Count} data elements, three years until {country.Months[^1].Iso} ...");
        var report = await load.MetadataAsync(cancellationToken);
        Say($"{ShownText.Count(report.Stats.Created + report.Stats.Updated)} metadata objects in {Since(started)}.");
        started = terminal.Time.GetTimestamp();
        var summary = await load.ValuesAsync(cancellationToken);
        var stored = summary.ImportCount.Imported + summary.ImportCount.Updated;
        var elapsed = terminal.Time.GetElapsedTime(started);
        Say($"{ShownText.Count(stored)} data values in {ShownText.Span(elapsed)}, {ShownText.Rate(stored / elapsed.TotalSeconds)}.");
        _result["dataValues"] = stored;
    }

    private async Task<int> ShowAsync(
        Dhis2Client client, SampleCountry country, Dictionary<string, JobConfiguration> jobs, CancellationToken cancellationToken)
    {
        var runs = new JsonArray();
        _result["runs"] = runs;
        foreach (var job in (JobConfiguration[])[jobs[DemoJobs.ResourceTables.Name], jobs[DemoJobs.Analytics.Name]])
        {
            var run = await RunJobAsync(client, job, cancellationToken);
            runs.Add(new JsonObject
            {
                ["runId"] = run.RunId,
                ["jobType"] = WireNames.Of(run.JobType),
                ["state"] = WireNames.Of(run.State),
                ["seconds"] = (run.CompletedTime?.ToDateTimeOffset() - run.StartedTime?.ToDateTimeOffset())?.TotalSeconds,
            });
            if (run.State != JobRunState.Completed)
                throw new CommandException($"{run.JobName} ended as {WireNames.Of(run.State)}: {run.Error}", ExitCode.Failed);
        }

        var table = await client.Analytics.QueryAsync(Indicators(country), cancellationToken);
        var chart = await client.Analytics.QueryAsync(MalariaByProvince(country), cancellationToken);
        _result["analyticsRows"] = table.Rows.Count + chart.Rows.Count;
        if (!json)
        {
            Say($"{country.Root.Name} in the last four quarters:");
            GridTable.Pivot(terminal.Out, table, "pe", ids: false);
            Say("Malaria cases confirmed by province, last twelve months:");
            GridTable.Chart(terminal.Out, chart, ids: false);
        }

        return ExitCode.Ok;
    }

    private async Task<JobRun> RunJobAsync(Dhis2Client client, JobConfiguration job, CancellationToken cancellationToken)
    {
        var run = await client.Job(job.Id).ExecuteAsync(cancellationToken);
        if (json)
            return await run.WaitAsync(cancellationToken);
        var display = new RunDisplay(terminal, json: false);
        return await display.ShowAsync(run.WatchAsync(display.Options(), cancellationToken), cancellationToken)
            ?? await run.GetAsync(cancellationToken);
    }

    private async Task<int> WaitAsync(DemoServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.ExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Say("Stopping the node ...");
            return ExitCode.Ok;
        }

        if (cancellationToken.IsCancellationRequested)
            return ExitCode.Ok;
        throw new CommandException($"The server ended unexpectedly; see {server.LogFile}.", ExitCode.Failed);
    }

    private static QueryAnalyticsRequest Indicators(SampleCountry country)
    {
        string[] names = ["Outpatient visits, new", "Malaria cases confirmed", "Antenatal care first visit", "Measles first doses given", "Nurses in post"];
        return new()
        {
            Dimension =
            {
                $"dx:{string.Join(';', names.Select(n => country.Element(n).Uid))}",
                "pe:LAST_4_QUARTERS",
            },
            Filter = { $"ou:{country.Root.Uid}" },
        };
    }

    private static QueryAnalyticsRequest MalariaByProvince(SampleCountry country) => new()
    {
        Dimension = { $"dx:{Malaria(country)}", "ou:LEVEL-2" },
        Filter = { "pe:LAST_12_MONTHS" },
        Order = "DESC",
    };

    private static string Malaria(SampleCountry country) => country.Element("Malaria cases confirmed").Uid;

    private static string Root(Uri address) => address.ToString().TrimEnd('/');

    private string Since(long started) => ShownText.Span(terminal.Time.GetElapsedTime(started));

    private void Say(string text)
    {
        if (json)
            return;
        terminal.Text.WriteLine(text);
        terminal.Text.Flush();
    }
}
