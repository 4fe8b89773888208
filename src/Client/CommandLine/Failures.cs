using System.Text.Json;
using System.Text.Json.Nodes;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Errors;
using Grpc.Core;

namespace Dhis2Grpc.Client.CommandLine;

/// <summary>Turns what went wrong into one clear line on standard error and an exit code.</summary>
internal static class Failures
{
    /// <summary>Whether a command may fail so; anything else is a bug and shows its trace.</summary>
    public static bool IsKnown(Exception e) =>
        e is Dhis2Exception or CommandException or OperationCanceledException or IOException
            or UnauthorizedAccessException or InvalidDataException or JsonException;

    /// <summary>Reports a failure; answers the exit code.</summary>
    public static int Report(
        Exception failure, bool json, Terminal terminal, string server, CancellationToken cancellationToken)
    {
        var code = CodeOf(failure, cancellationToken);
        if (code == ExitCode.Interrupted)
            return code;
        terminal.Error.WriteLine(json ? ErrorJson(failure, code) : $"dhis2: {Line(failure, server)}");
        return code;
    }

    private static int CodeOf(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => ExitCode.Interrupted,
        CommandException e => e.ExitCode,
        JsonException => ExitCode.Usage,
        IOException or UnauthorizedAccessException => ExitCode.Usage,
        Dhis2Exception { IsConnectionLost: true } => ExitCode.Unreachable,
        Dhis2Exception e => e.StatusCode switch
        {
            StatusCode.NotFound => ExitCode.NotFound,
            StatusCode.Unavailable or StatusCode.DeadlineExceeded => ExitCode.Unreachable,
            StatusCode.InvalidArgument or StatusCode.OutOfRange => ExitCode.Usage,
            StatusCode.Unauthenticated or StatusCode.PermissionDenied => ExitCode.Forbidden,
            _ => ExitCode.Failed,
        },
        _ => ExitCode.Failed,
    };

    private static string Line(Exception failure, string server)
    {
        if (failure is not Dhis2Exception e)
            return failure.Message;
        var text = e.Message.Contains("HTTP_1_1_REQUIRED", StringComparison.Ordinal)
            ? $"{server} is no gRPC address, maybe the REST one; gRPC listens at port 8081 unless configured otherwise."
            : e.IsConnectionLost ? $"the server {server} cannot be reached: {e.Message}"
            : e.StatusCode == StatusCode.DeadlineExceeded ? "the server did not answer in time."
            : e.StatusCode == StatusCode.Unauthenticated ? $"{e.Message} (see --user and --password)"
            : e.Message;
        // A report says what its field violation says, with DHIS2's code.
        var more = e.Reports.Count > 0 ? [] : e.FieldViolations.Select(v => $"{v.Field}: {v.Description}")
            .Where(m => !m.EndsWith(e.Message, StringComparison.Ordinal))
            .ToList();
        var code = e.Code is null || text.Contains(e.Code, StringComparison.Ordinal) ? "" : $" [{e.Code}]";
        return $"{text}{code}{(more.Count > 0 ? $" ({string.Join("; ", more)})" : "")}".ReplaceLineEndings(" ");
    }

    private static string ErrorJson(Exception failure, int code)
    {
        var error = new JsonObject
        {
            ["status"] = failure is Dhis2Exception e ? WireNames.Of(e.StatusCode) : null,
            ["code"] = (failure as Dhis2Exception)?.Code,
            ["message"] = failure.Message,
            ["reports"] = new JsonArray([.. (failure as Dhis2Exception)?.Reports
                .Select(r => JsonNode.Parse(MessageJson.Format(r))) ?? []]),
            ["fields"] = new JsonArray([.. (failure as Dhis2Exception)?.FieldViolations
                .Select(v => new JsonObject { ["field"] = v.Field, ["description"] = v.Description }) ?? []]),
            ["exitCode"] = code,
        };
        return new JsonObject { ["error"] = error }.ToJsonString(MessageJson.Compact);
    }
}
