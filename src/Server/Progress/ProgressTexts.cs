namespace Dhis2Grpc.Server.Progress;

/// <summary>The words that DHIS2 uses in progress.</summary>
internal static class ProgressTexts
{
    /// <summary>Longest text that is kept.</summary>
    public const int MaxLength = 2_000;

    /// <summary>Summary of a process that its job did not complete itself.</summary>
    public const string ImplicitProcess = "(process completed implicitly)";

    /// <summary>Summary of a stage with items.</summary>
    public static string Items(int successful, int failed) => $"{successful} successful and {failed} failed items";

    /// <summary>Error of a stage that an item's failure ended, and with it the job.</summary>
    public static string Aborted(int successful, int failed) =>
        $"processing aborted: skipped stage, failing item caused abort. {Items(successful, failed)}";

    /// <summary>Error of a stage that an item's failure ended.</summary>
    public static string Skipped(int successful, int failed) => $"skipped stage. {Items(successful, failed)}";

    /// <summary>Error of a stage that a cancellation ended.</summary>
    public static string Cancelled(int successful, int failed) =>
        $"skipped stage, failing item caused abort. {Items(successful, failed)}";

    /// <summary>A failure in words; its class when it has none.</summary>
    public static string Of(Exception failure) =>
        Limit(string.IsNullOrWhiteSpace(failure.Message) ? failure.GetType().FullName! : failure.Message);

    /// <summary>The text, cut when it is very long.</summary>
    public static string Limit(string text) => text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "…");
}
