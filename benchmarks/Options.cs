using System.Globalization;

namespace Dhis2Grpc.Benchmarks;

/// <summary>What to run, and how large: <c>benchmark [--name value]...</c>.</summary>
internal sealed class Options(string benchmark, IReadOnlyDictionary<string, string> values)
{
    /// <summary>Name of the benchmark.</summary>
    public string Benchmark { get; } = benchmark;

    /// <summary>Reads the command line.</summary>
    public static Options Parse(string[] args)
    {
        var values = new Dictionary<string, string>();
        for (var i = 1; i < args.Length; i++)
        {
            var name = args[i].TrimStart('-');
            var isValue = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
            values[name] = isValue ? args[++i] : "true";
        }

        return new Options(args.FirstOrDefault() ?? "", values);
    }

    /// <summary>Prints the benchmarks.</summary>
    public static int Usage()
    {
        Console.Error.WriteLine(
            """
            usage: dotnet run -c Release --project benchmarks -- BENCHMARK [--option value]...

              analytics   full build of resource tables and DATA_VALUE, beside DHIS2's SQL on PostgreSQL
                          --share 0.337 (of all cells that hold a value; 0.337 is 10 million) --runs 3 --postgres-runs 1 --skip-postgres
              edge        server CPU per request of REST and gRPC, beside a hand-written minimal-API endpoint
                          --seconds 4 --rounds 3
              ingest      a million data values into five million, half of them new, beside COPY and on conflict on PostgreSQL
                          --share 0.337 --runs 3 --postgres-runs 1 --skip-postgres
              list        a page of 50 job configurations out of few and out of very many: plain, filtered, ordered
                          --few 100 --jobs 100000 --calls 200
              metadata    a metadata document into an empty node, the same again, and out of it: time and the node's peak memory
                          --document PATH --runs 3
              push        a million data values to a receiver that takes everything, with and without gzip, and to a second node
                          --share 0.337 --months 6 --runs 3 --skip-node
              scheduler   lateness and CPU per fire with many configurations, beside Quartz.NET's RAM store
                          --jobs 100000 --shape minute (each job once a minute; second: each every second) --seconds 20 --runs 3
              watch       many watchers of one busy job, some of which never read
                          --streams 1000 --seconds 6
            """);
        return 2;
    }

    /// <summary>A whole number.</summary>
    public int Int(string name, int otherwise) =>
        values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>A number.</summary>
    public double Number(string name, double otherwise) =>
        values.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>A text.</summary>
    public string? Text(string name) => values.GetValueOrDefault(name);

    /// <summary>A switch.</summary>
    public bool Has(string name) => values.ContainsKey(name);
}
