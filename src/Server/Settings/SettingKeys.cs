namespace Dhis2Grpc.Server.Settings;

/// <summary>DHIS2's keys of the settings that the server itself reads or writes. Their spelling is irregular and is kept.</summary>
internal static class SettingKeys
{
    /// <summary>Base URL of the remote server, without <c>/api</c>.</summary>
    public const string RemoteUrl = "keyRemoteInstanceUrl";

    /// <summary>Login name at the remote server.</summary>
    public const string RemoteUsername = "keyRemoteInstanceUsername";

    /// <summary>Password at the remote server; confidential.</summary>
    public const string RemotePassword = "keyRemoteInstancePassword";

    /// <summary>Start of the last push of data values of which everything is accounted for.</summary>
    public const string LastDataPush = "keyLastSuccessfulDataSynch";

    /// <summary>The same of completeness registrations.</summary>
    public const string LastCompletenessPush = "keyLastCompleteDataSetRegistrationSyncSuccess";

    /// <summary>Data changed before is never pushed.</summary>
    public const string SkipChangedBefore = "syncSkipSyncForDataChangedBefore";

    /// <summary>How often a job asks whether the remote server is there.</summary>
    public const string AvailabilityAttempts = "syncMaxRemoteServerAvailabilityCheckAttempts";

    /// <summary>Milliseconds between those checks.</summary>
    public const string AvailabilityDelay = "syncDelayBetweenRemoteServerAvailabilityCheckAttempts";

    /// <summary>How often a page is sent before it counts as failed.</summary>
    public const string MaxAttempts = "syncMaxAttempts";

    /// <summary>Whether versions of metadata are made and served here.</summary>
    public const string VersionEnabled = "keyVersionEnabled";

    /// <summary>Name of the last version of metadata that was made here.</summary>
    public const string SystemMetadataVersion = "keySystemMetadataVersion";

    /// <summary>Title of this installation.</summary>
    public const string ApplicationTitle = "applicationTitle";
}
