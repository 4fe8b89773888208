using Dhis2.Common.V1;
using Google.Rpc;
using Grpc.Core;

namespace Dhis2Grpc.Client.Errors;

/// <summary>A call that failed: refused by the server, or never answered by it.</summary>
public sealed class Dhis2Exception : Exception
{
    private Dhis2Exception(StatusCode statusCode, string message, Exception? inner)
        : base(message, inner) => StatusCode = statusCode;

    /// <summary>The gRPC status.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>DHIS2's error code, such as E7006; null when the failure has none.</summary>
    public string? Code { get; private init; }

    /// <summary>All problems found in the object that was sent.</summary>
    public IReadOnlyList<ErrorReport> Reports { get; private init; } = [];

    /// <summary>Request fields that are wrong.</summary>
    public IReadOnlyList<FieldViolation> FieldViolations { get; private init; } = [];

    /// <summary>How long the server asks to wait before trying again; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The server was not reached, or went away: trying again may help.</summary>
    public bool IsConnectionLost { get; private init; }

    /// <summary>Reads a failed call, its rich details included.</summary>
    /// <param name="exception">What gRPC threw.</param>
    public static Dhis2Exception From(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var details = Details(exception);
        var info = details?.GetDetail<ErrorInfo>();
        var reports = details?.GetDetail<ObjectReport>()?.ErrorReports.ToArray() ?? [];
        // The text of a refused object only points at its reports.
        var violations = details?.GetDetail<BadRequest>()?.FieldViolations.ToArray() ?? [];
        var message = reports.Length > 0 ? string.Join(' ', reports.Select(r => TextOf(r, violations)))
            : details?.Message is { Length: > 0 } rich ? rich
            : exception.Status.Detail;
        var lost = LostConnection(exception);
        return new(exception.StatusCode, lost && details is null ? Unreachable(exception) : message, exception)
        {
            Code = info?.Domain == "dhis2.org" && info.Reason.Length > 0 ? info.Reason : null,
            Reports = reports,
            FieldViolations = [.. violations.Select(v => new FieldViolation(v.Field, v.Description))],
            RetryAfter = details?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
            IsConnectionLost = lost,
        };
    }

    /// <summary>The same, but a call that the caller cancelled is cancellation, not failure.</summary>
    internal static Exception FromCall(RpcException exception, CancellationToken cancellationToken) =>
        exception.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested
            ? new OperationCanceledException(exception.Message, exception, cancellationToken)
            : From(exception);

    // Messages of reports are DHIS2's to the letter; violations may say more.
    private static string TextOf(ErrorReport report, BadRequest.Types.FieldViolation[] violations) =>
        Array.Find(violations, v => v.Reason == report.ErrorCode && v.Field == report.ErrorProperty)?.Description ?? report.Message;

    // Details of a broken server or proxy may be unreadable; the plain status must survive that.
    private static Google.Rpc.Status? Details(RpcException exception)
    {
        try
        {
            return exception.GetRpcStatus();
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return null;
        }
    }

    // A connection cut within a message is reported by the HTTP stack as INTERNAL or CANCELLED.
    private static bool LostConnection(RpcException exception) =>
        exception.StatusCode == StatusCode.Unavailable
        || (exception.Status.DebugException is IOException or HttpRequestException
            && exception.StatusCode is StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown);

    private static string Unreachable(RpcException exception)
    {
        var cause = exception.Status.DebugException;
        while (cause?.InnerException is { } inner)
            cause = inner;
        return cause?.Message ?? exception.Status.Detail;
    }
}
