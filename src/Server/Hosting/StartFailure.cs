using Dhis2Grpc.Server.Errors;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>Says in words why the node cannot start, where the administrator can mend it.</summary>
internal static class StartFailure
{
    /// <summary>The reason; null when it is none of the known ones and the trace is needed.</summary>
    public static string? Explain(Exception e) => e switch
    {
        OptionsValidationException invalid => string.Join(" ", invalid.Failures.Select(Plain)),
        IOException { InnerException: AddressInUseException } or AddressInUseException =>
            $"{e.Message} Set Dhis2__Rest__Url and Dhis2__Grpc__Url to free ports, or stop the other process.",
        UnauthorizedAccessException => $"{e.Message} The data directory, Dhis2__DataDirectory, must be writable.",
        IOException => e.Message,
        Dhis2Exception => e.Message,
        AggregateException { InnerException: { } inner } => Explain(inner),
        InvalidOperationException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };

    // Data annotations put the options class before the sentence.
    private static string Plain(string failure) =>
        failure.IndexOf("error: '", StringComparison.Ordinal) is var at and >= 0
            ? failure[(at + "error: '".Length)..].TrimEnd('.').TrimEnd('\'')
            : failure;
}
