using Microsoft.Extensions.Logging.Console;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>What the node writes to its console: one line per event, its own at Information, its libraries' at
/// Warning. The <c>Logging</c> section of the configuration overrides it, JSON format included.</summary>
internal static class NodeLogging
{
    /// <summary>Sets the defaults.</summary>
    public static void AddNodeLogging(this WebApplicationBuilder builder)
    {
        var logging = builder.Logging;
        logging.SetMinimumLevel(LogLevel.Warning);
        logging.AddFilter("Dhis2Grpc", LogLevel.Information);
        // It tells nothing at Warning; with any level on, it makes an activity and a log scope for each request.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // Start-up failures are told once, in words, by the node itself.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // Not serving while it starts and stops is what health is for, no error.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Services.Configure<SimpleConsoleFormatterOptions>(o =>
        {
            o.SingleLine = true;
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        builder.Services.Configure<ConsoleLoggerOptions>(o => o.FormatterName ??= ConsoleFormatterNames.Simple);
    }
}
