namespace Dhis2Grpc.Server.Apps;

/// <summary>Where installed apps are.</summary>
internal sealed class AppOptions
{
    /// <summary>Directory with a folder for each app; null: there are none.</summary>
    public string? Directory { get; set; }
}
