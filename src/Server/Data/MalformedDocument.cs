using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Data;

/// <summary>The failure of a document that cannot be read. DHIS2 answers it as an import that failed, with 409.</summary>
internal static class MalformedDocument
{
    private const int Status = 409;

    /// <summary>The failure, for a reason.</summary>
    public static Dhis2Exception Because(string problem, Exception? inner = null) =>
        new(ErrorKind.InvalidArgument, problem, inner: inner) { HttpStatus = Status };

    /// <summary>Whether it is that failure.</summary>
    public static bool Is(Dhis2Exception e) => e is { Kind: ErrorKind.InvalidArgument, HttpStatus: Status };
}
