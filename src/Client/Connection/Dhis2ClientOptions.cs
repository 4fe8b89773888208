namespace Dhis2Grpc.Client.Connection;

/// <summary>How a client calls.</summary>
public sealed record Dhis2ClientOptions
{
    /// <summary>Login of every call. Default: none.</summary>
    public Dhis2Credentials? Credentials { get; init; }

    /// <summary>Longest time that a call without streams may take. Default 30 seconds.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Clock of deadlines and of the waits between attempts. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
