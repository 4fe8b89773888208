using Dhis2Grpc.Client.Errors;

namespace Dhis2Grpc.Client.Watching;

/// <summary>How to watch.</summary>
public sealed record WatchOptions
{
    /// <summary>Go on with the next run when one ends. Default: the watch ends with the run.</summary>
    public bool Follow { get; init; }

    /// <summary>Continue after this <see cref="JobRunUpdate.ResumeToken"/> of an earlier watch. The first update of a
    /// run then still holds the whole run.</summary>
    public string? ResumeToken { get; init; }

    /// <summary>How long to try to reach the server again before the watch fails. Default 5 minutes. The first
    /// attempt of a watch is not repeated.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Told each time the connection is lost, with the wait before the next attempt.</summary>
    public Action<Dhis2Exception, TimeSpan>? OnConnectionLost { get; init; }
}
