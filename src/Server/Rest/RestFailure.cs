using System.Globalization;
using Dhis2Grpc.Server.Errors;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using ObjectReport = Dhis2.Common.V1.ObjectReport;

namespace Dhis2Grpc.Server.Rest;

/// <summary>A failure as DHIS2's error envelope tells it.</summary>
internal sealed record RestFailure(int Status, string Message)
{
    private const string Domain = "dhis2.org";

    // Codes that only say what the status says.
    private const int GenericCodesSince = 40;
    private const string BadRequest = "E1003";
    private const string Conflict = "E1004";
    private const string NotFound = "E1005";
    private const string Forbidden = "E1006";

    private const string ReportsMessage = "One or more errors occurred, please see full details in import report.";

    /// <summary>HTTP status on paths without version and up to 40, where it is another.</summary>
    public int? StatusUntil40 { get; init; }

    /// <summary>The message there, where it is another.</summary>
    public string? MessageUntil40 { get; init; }

    /// <summary>The message from 41 on, where it is a plain conflict there.</summary>
    public string? ConflictSince41 { get; init; }

    /// <summary>What more there is to say than the report does.</summary>
    public string? Detail { get; init; }

    /// <summary>DHIS2 error code such as E1005.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>The problems of the object concerned.</summary>
    public ObjectReport? Report { get; init; }

    /// <summary>When trying again makes sense.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The failure that a domain exception means.</summary>
    public static RestFailure From(Dhis2Exception e) => new RestFailure(e.HttpStatus ?? StatusOf(e.Kind), e.Message)
    {
        StatusUntil40 = e.HttpStatusUntil40,
        MessageUntil40 = e.MessageUntil40,
        ErrorCode = e.Code,
        RetryAfter = e.RetryAfter,
        ConflictSince41 = e.ConflictSince41,
        Detail = e.Detail,
        Report = e.ToReport(),
    }.WithoutRepeatedCode();

    /// <summary>The failure that a gRPC status means; its details are read when it has them.</summary>
    public static RestFailure From(RpcException e)
    {
        var failure = new RestFailure(StatusOf(e.StatusCode), e.Status.Detail);
        if (e.GetRpcStatus() is not { } status)
            return failure;
        foreach (var detail in status.Details)
        {
            if (detail.TryUnpack<ErrorInfo>(out var info) && info.Domain == Domain)
            {
                failure = failure with
                {
                    ErrorCode = IsCode(info.Reason) ? info.Reason : null,
                    Status = StatusOf(info, "httpStatus") ?? failure.Status,
                    StatusUntil40 = StatusOf(info, "httpStatusUntil40"),
                    MessageUntil40 = info.Metadata.GetValueOrDefault("messageUntil40"),
                    ConflictSince41 = info.Metadata.GetValueOrDefault("conflictSince41"),
                    Detail = info.Metadata.GetValueOrDefault("detail"),
                };
            }
            else if (detail.TryUnpack<ObjectReport>(out var report))
            {
                failure = failure with { Report = report };
            }
            else if (detail.TryUnpack<RetryInfo>(out var retry))
            {
                failure = failure with { RetryAfter = retry.RetryDelay.ToTimeSpan() };
            }
        }

        return failure.WithoutRepeatedCode();
    }

    /// <summary>The failure as a version of the paths tells it.</summary>
    public RestFailure In(int? version) => RestVersion.IsUntil40(version)
        ? this with
        {
            Status = StatusUntil40 ?? Status,
            Message = MessageUntil40 ?? Message,
            ErrorCode = version < GenericCodesSince && ErrorCode is (BadRequest or Conflict or NotFound or Forbidden) ? null : ErrorCode,
        }
        : ConflictSince41 is { } conflict ? this with { Message = conflict, ErrorCode = Conflict, Report = null }
        : Report is null ? this : this with { Report = InNewerWords(Report) };

    /// <summary>What the envelope's <c>message</c> says: with reports, DHIS2's constant reference to them.</summary>
    public string EnvelopeMessage => Report is { ErrorReports.Count: > 0 } && Status == StatusCodes.Status409Conflict && ErrorCode is null ? ReportsMessage : Message;

    private static ObjectReport InNewerWords(ObjectReport report)
    {
        var newer = report.Clone();
        foreach (var taken in newer.ErrorReports.Where(e => e.ErrorCode == "E5000"))
            taken.Message = taken.Message.Replace("but import mode is", "but import strategy is", StringComparison.Ordinal);
        return newer;
    }

    // A code that only repeats the report's first one is no code of the envelope itself.
    private RestFailure WithoutRepeatedCode() =>
        Report is { ErrorReports: [var first, ..] } && first.ErrorCode == ErrorCode ? this with { ErrorCode = null } : this;

    private static int? StatusOf(ErrorInfo info, string key) =>
        info.Metadata.TryGetValue(key, out var text) && int.TryParse(text, CultureInfo.InvariantCulture, out var status) ? status : null;

    private static bool IsCode(string reason) => reason.Length == 5 && reason[0] == 'E' && reason.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    private static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => StatusCodes.Status400BadRequest,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.PermissionDenied => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict or ErrorKind.AlreadyExists or ErrorKind.Aborted => StatusCodes.Status409Conflict,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.Unimplemented => StatusCodes.Status501NotImplemented,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static int StatusOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.FailedPrecondition or StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status413PayloadTooLarge,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
