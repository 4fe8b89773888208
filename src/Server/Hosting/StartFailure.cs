using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Says in words why the node cannot start, where the administrator can mend it.</summary>
internal static class StartFailure
{
    /// <summary>The reason; null when it is none of the known ones and the trace is needed.</summary>
    public static string? Explain(Exception? e) => e switch
    {
        OptionsValidationException invalid => string.Join(" ", invalid.Failures.Select(Plain)),
        IOException { InnerException: AddressInUseException } or AddressInUseException =>
            $"{e.Message} Set Dhis2__Rest__Url and Dhis2__Grpc__Url to free ports, or stop the other process.",
        UnauthorizedAccessException => $"{e.Message} The data directory, Dhis2__DataDirectory, must be writable.",
        IOException or Dhis2Exception or WarehouseUnusableException => e.Message,
        // Services start side by side, so that several may fail; each reason once.
        AggregateException several => All(several.Flatten().InnerExceptions),
        // The configuration names the setting and the value that it cannot convert.
        InvalidOperationException { InnerException: FormatException or ArgumentException } => e.Message,
        InvalidOperationException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    private static string? All(IReadOnlyCollection<Exception> failures)
    {
        var reasons = failures.Where(f => f is not OperationCanceledException).Select(Explain).Distinct().ToList();
        return reasons.Count == 0 || reasons.Contains(null) ? null : string.Join(" ", reasons);
    }

    // Data annotations put the options class before the sentence.
    private static string Plain(string failure) =>
        failure.IndexOf("error: '", StringComparison.Ordinal) is var at and >= 0
            ? failure[(at + "error: '".Length)..].TrimEnd('.').TrimEnd('\'')
            : failure;
}
