using System.Globalization;
using Dhis2Grpc.Server.Errors;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Makes <c>google.rpc.Status</c> of failures.</summary>
internal static class RichErrors
{
    /// <summary>Domain of every <see cref="ErrorInfo"/>.</summary>
    public const string Domain = "dhis2.org";

    /// <summary>Key of <see cref="ErrorInfo"/>'s metadata that holds an HTTP status other than the code's usual one.</summary>
    public const string HttpStatusKey = "httpStatus";

    /// <summary>Key of the HTTP status on paths without version and up to 40.</summary>
    public const string HttpStatusUntil40Key = "httpStatusUntil40";

    /// <summary>Key of the message there.</summary>
    public const string MessageUntil40Key = "messageUntil40";

    /// <summary>Key of the message of the plain conflict that it is from 41 on.</summary>
    public const string ConflictSince41Key = "conflictSince41";

    /// <summary>Key of what more there is to say than the reports' messages.</summary>
    public const string DetailKey = "detail";

    /// <summary>The status of a known failure: ErrorInfo always; BadRequest and ObjectReport when it has reports;
    /// RetryInfo when trying again makes sense.</summary>
    public static RpcException ToRpcException(Dhis2Exception e)
    {
        var status = new Google.Rpc.Status { Code = (int)CodeOf(e.Kind), Message = e.Message };
        var info = new ErrorInfo { Domain = Domain, Reason = e.Code ?? (e.Reports.Count > 0 ? e.Reports[0].Code : ReasonOf(e.Kind)) };
        if (e.HttpStatus is { } http)
            info.Metadata.Add(HttpStatusKey, http.ToString(CultureInfo.InvariantCulture));
        if (e.HttpStatusUntil40 is { } until40)
            info.Metadata.Add(HttpStatusUntil40Key, until40.ToString(CultureInfo.InvariantCulture));
        if (e.MessageUntil40 is { } message)
            info.Metadata.Add(MessageUntil40Key, message);
        if (e.ConflictSince41 is { } conflict)
            info.Metadata.Add(ConflictSince41Key, conflict);
        if (e.Detail is { } detail)
            info.Metadata.Add(DetailKey, detail);
        status.Details.Add(Any.Pack(info));
        if (Violations(e) is { FieldViolations.Count: > 0 } bad)
            status.Details.Add(Any.Pack(bad));
        if (e.ToReport() is { } report)
            status.Details.Add(Any.Pack(report));

        if (e.RetryAfter is { } retry)
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(retry) }));
        return status.ToRpcException();
    }

    /// <summary>The status of a failure whose reason stays in the log, under the reference.</summary>
    public static RpcException Unexpected(string reference)
    {
        var info = new ErrorInfo { Domain = Domain, Reason = "INTERNAL" };
        info.Metadata.Add("reference", reference);
        return new Google.Rpc.Status
        {
            Code = (int)StatusCode.Internal,
            Message = $"The server failed unexpectedly; its log has the details under {reference}.",
            Details = { Any.Pack(info) },
        }.ToRpcException();
    }

    private static BadRequest Violations(Dhis2Exception e) => new()
    {
        FieldViolations =
        {
            e.Reports.Where(r => r.Property is not null).Select(r => new BadRequest.Types.FieldViolation
            {
                Field = r.Property,
                Description = r.Detail ?? r.Message,
                Reason = r.Code,
            }),
        },
    };

    private static StatusCode CodeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidArgument => StatusCode.InvalidArgument,
        ErrorKind.Unauthenticated => StatusCode.Unauthenticated,
        ErrorKind.PermissionDenied => StatusCode.PermissionDenied,
        ErrorKind.NotFound => StatusCode.NotFound,
        ErrorKind.Conflict => StatusCode.FailedPrecondition,
        ErrorKind.AlreadyExists => StatusCode.AlreadyExists,
        ErrorKind.Aborted => StatusCode.Aborted,
        ErrorKind.TooLarge => StatusCode.ResourceExhausted,
        ErrorKind.Unimplemented => StatusCode.Unimplemented,
        ErrorKind.Unavailable => StatusCode.Unavailable,
        _ => StatusCode.Internal,
    };

    // Failures without a DHIS2 code are named by their kind, as clients expect a reason.
    private static string ReasonOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Conflict => "FAILED_PRECONDITION",
        ErrorKind.TooLarge => "RESOURCE_EXHAUSTED",
        _ => string.Concat(kind.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}")),
    };
}
