namespace Dhis2Grpc.Server.Progress;

/// <summary>The errors of one run as they are found; one that is told again is kept once. Not thread-safe.</summary>
internal sealed class RunErrorList
{
    /// <summary>Errors that one run lists; what comes after them is not kept, so that any run fits into a document.</summary>
    public const int MaxErrors = 2_000;

    private readonly List<RunError> _errors = [];
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private RunError[]? _snapshot;

    /// <summary>Adds one.</summary>
    /// <returns>False when it is known, or there are too many.</returns>
    public bool Add(RunError error)
    {
        if (_errors.Count >= MaxErrors || !_known.Add(string.Join('\0', [error.Code, error.ObjectId, error.ObjectType, error.Message, .. error.Arguments])))
            return false;
        _errors.Add(error);
        _snapshot = null;
        return true;
    }

    /// <summary>The errors so far.</summary>
    public IReadOnlyList<RunError> Snapshot() => _snapshot ??= [.. _errors];
}
