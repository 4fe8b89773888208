namespace Dhis2Grpc.Server.Errors;

/// <summary>A failure that the caller caused or can act on. One interceptor turns it into a gRPC status, and the
/// REST edge that into DHIS2's envelope.</summary>
internal sealed class Dhis2Exception(ErrorKind kind, string message, string? code = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>What kind of failure; decides gRPC code and HTTP status.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>DHIS2 error code such as E7005, where there is one.</summary>
    public string? Code { get; } = code;

    /// <summary>Problems of one object; the first decides <see cref="Code"/> unless given.</summary>
    public IReadOnlyList<ErrorReport> Reports { get; init; } = [];

    /// <summary>Java class, as DHIS2 names it, of the object that <see cref="Reports"/> are about.</summary>
    public string? ObjectClass { get; init; }

    /// <summary>UID of that object, where known.</summary>
    public string? ObjectUid { get; init; }

    /// <summary>Position of that object in the request, from 0, where DHIS2 tells it.</summary>
    public int? ObjectIndex { get; init; }

    /// <summary>HTTP status in place of the one that <see cref="Kind"/> maps to, for cases where DHIS2 differs.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>HTTP status on paths without version and up to 40, where DHIS2 2.41 changed it.</summary>
    public int? HttpStatusUntil40 { get; init; }

    /// <summary>The message there, where it was another.</summary>
    public string? MessageUntil40 { get; init; }

    /// <summary>The message from 41 on, where DHIS2 2.41 made a plain conflict (E1004) of what was a report.</summary>
    public string? ConflictSince41 { get; init; }

    /// <summary>What more there is to say than <see cref="Reports"/> do.</summary>
    public string? Detail => Reports.Select(r => r.Detail).FirstOrDefault(d => d is not null);

    /// <summary>When trying again makes sense, for <see cref="ErrorKind.Unavailable"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>An object of the given id does not exist.</summary>
    public static Dhis2Exception NotFound(string typeName, string id) =>
        new(ErrorKind.NotFound, $"{typeName} with id {id} could not be found.", "E1005");
}

/// <summary>Kinds of failure, one to one with gRPC codes.</summary>
internal enum ErrorKind
{
    /// <summary>INVALID_ARGUMENT; HTTP 400.</summary>
    InvalidArgument,

    /// <summary>UNAUTHENTICATED; HTTP 401.</summary>
    Unauthenticated,

    /// <summary>PERMISSION_DENIED; HTTP 403.</summary>
    PermissionDenied,

    /// <summary>NOT_FOUND; HTTP 404.</summary>
    NotFound,

    /// <summary>FAILED_PRECONDITION: the object breaks a rule or is in the wrong state; HTTP 409.</summary>
    Conflict,

    /// <summary>ALREADY_EXISTS; HTTP 409.</summary>
    AlreadyExists,

    /// <summary>ABORTED: another change was faster; HTTP 409.</summary>
    Aborted,

    /// <summary>RESOURCE_EXHAUSTED: too large or too many; HTTP 413.</summary>
    TooLarge,

    /// <summary>UNIMPLEMENTED; HTTP 501.</summary>
    Unimplemented,

    /// <summary>UNAVAILABLE: try again later; HTTP 503.</summary>
    Unavailable,
}

/// <summary>One problem found in an object.</summary>
/// <param name="Code">DHIS2 error code.</param>
/// <param name="Message">The problem in words.</param>
/// <param name="Property">Property concerned.</param>
internal sealed record ErrorReport(string Code, string Message, string? Property = null)
{
    /// <summary>Java class of the object that has the problem, as DHIS2 names it.</summary>
    public string? MainClass { get; init; }

    /// <summary>UID of the other object involved.</summary>
    public string? MainId { get; init; }

    /// <summary>Java class of the property, as DHIS2 names it.</summary>
    public string? PropertyClass { get; init; }

    /// <summary>Arguments of the message.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The offending value.</summary>
    public string? Value { get; init; }

    /// <summary>What more there is to say, where DHIS2's message, whose text clients know, does not say it.</summary>
    public string? Detail { get; init; }
}
