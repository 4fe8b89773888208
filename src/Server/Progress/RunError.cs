using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Progress;

/// <summary>Something that a run found wrong with an object. The run may succeed all the same.</summary>
/// <param name="Code">DHIS2 error code.</param>
/// <param name="ObjectId">Identifier of the object; null means the job itself.</param>
/// <param name="ObjectType">Type of the object.</param>
/// <param name="Arguments">Arguments of the message.</param>
/// <param name="Message">The problem in words.</param>
internal sealed record RunError(
    string Code, string? ObjectId, string? ObjectType, IReadOnlyList<string> Arguments, string Message)
{
    /// <summary>What a failure tells of objects; nothing when it has no code.</summary>
    public static IEnumerable<RunError> Of(Exception failure)
    {
        if (failure is not Dhis2Exception known)
            return [];
        var type = known.ObjectClass?[(known.ObjectClass.LastIndexOf('.') + 1)..];
        if (known.Reports.Count > 0)
            return known.Reports.Select(r => new RunError(r.Code, r.MainId ?? known.ObjectUid, type, r.Arguments, ProgressTexts.Limit(r.Message)));
        return known.Code is null ? [] : [new(known.Code, known.ObjectUid, type, [], ProgressTexts.Limit(known.Message))];
    }

    /// <summary>The codes of errors, each once, in order, separated by blanks; empty when there are none.</summary>
    public static string CodesOf(IReadOnlyList<RunError>? errors) =>
        errors is null ? "" : string.Join(' ', errors.Select(e => e.Code).Distinct().Order(StringComparer.Ordinal));
}
