using System.Globalization;

namespace Dhis2Grpc.Server.Data;

/// <summary>A node that sends what changed there, as the headers of its request say.</summary>
/// <param name="SystemId">System id of the node.</param>
/// <param name="Request">Number of the request, which rises with each that the node makes.</param>
internal sealed record DataSender(string SystemId, long Request)
{
    /// <summary>Header with the sender's system id.</summary>
    public const string SystemHeader = "X-DHIS2-System-Id";

    /// <summary>Header with the number of the request; in the answer to one that came too late, of the last one taken.</summary>
    public const string RequestHeader = "X-DHIS2-Request";

    private const int MaxLength = 64;

    /// <summary>The sender that these headers name; null when they name none.</summary>
    public static DataSender? Of(string systemId, string request) =>
        systemId.Length is > 0 and <= MaxLength && systemId.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            && long.TryParse(request, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(systemId, number)
            : null;

    /// <summary>The number of a request that is made now: microseconds since 1970, and more than the last one.</summary>
    public static long Next(long last, DateTimeOffset now) => Math.Max(last + 1, (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}

/// <summary>A request of a sender came after a later one of it was taken: the line had kept it. What it holds is out of date.</summary>
internal sealed class LateRequestException(long last) : Exception("A later request of the same system was taken already.")
{
    /// <summary>Number of the last request that was taken.</summary>
    public long Last { get; } = last;
}
