using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>What can be wrong with a query. DHIS2 answers all of these with HTTP 409.</summary>
internal static class AnalyticsErrors
{
    /// <summary>The analytics tables were never built.</summary>
    public static Dhis2Exception NoTables() => new(
        ErrorKind.Conflict, "Query failed because a referenced table does not exist. Please ensure the analytics table job was run", "E7144");

    /// <summary>The query as a whole makes no sense.</summary>
    public static Dhis2Exception Invalid(string code, string message) => new(ErrorKind.InvalidArgument, message, code) { HttpStatus = 409 };

    /// <summary>A dimension that is none.</summary>
    public static Dhis2Exception UnknownDimension(string name) =>
        Invalid("E7125", $"Dimension identifier does not reference any dimension: `{name}`");

    /// <summary>A dimension left without items.</summary>
    public static Dhis2Exception NoItems(string dimension, string? why = null) =>
        Invalid("E7124", $"Dimension is present in query without any valid dimension options: `{dimension}`{(why is null ? "" : $" ({why})")}");

    /// <summary>An item that does not exist.</summary>
    public static Dhis2Exception UnknownItem(string dimension, string item) =>
        Invalid("E7124", $"Dimension `{dimension}` has an option that does not exist: `{item}`");

    /// <summary>Something that DHIS2 can do and this server cannot.</summary>
    public static Dhis2Exception NotSupported(string what) => new(ErrorKind.Unimplemented, $"{what} are not supported by this server yet");
}
