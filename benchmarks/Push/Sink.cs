namespace Dhis2Grpc.Benchmarks.Push;

/// <summary>A receiver that takes everything and does nothing with it, so that only the sender is measured.</summary>
internal static class Sink
{
    private const string Summary = """
        {"httpStatus":"OK","httpStatusCode":200,"status":"OK","message":"Import was successful.","response":{"responseType":"ImportSummary","status":"SUCCESS",
         "importCount":{"imported":1,"updated":0,"ignored":0,"deleted":0},"conflicts":[],"rejectedIndexes":[],"dataSetComplete":"false"}}
        """;

    /// <summary>Serves until stopped. Argument: URL.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(args[0]);
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        await using var app = builder.Build();
        long bytes = 0;
        app.MapGet("/api/system/ping", () => "pong");
        app.MapGet("/api/me", () => Results.Text("""{"id":"userRemote1"}""", "application/json"));
        app.MapGet("/api/system/info", () => Results.Text("""{"version":"2.40.0"}""", "application/json"));
        // Tells how many bytes came in since it was asked last.
        app.MapGet("/bytes", () => Interlocked.Exchange(ref bytes, 0));
        app.MapPost("/api/dataValueSets", async (HttpRequest request) =>
        {
            var buffer = new byte[64 * 1024];
            for (int read; (read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0;)
                Interlocked.Add(ref bytes, read);
            return Results.Text(Summary, "application/json");
        });
        await app.RunAsync();
        return 0;
    }
}
