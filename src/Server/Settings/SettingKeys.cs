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

    /// <summary>Newest metadata version that the remote server told of.</summary>
    public const string RemoteMetadataVersion = "keyRemoteMetadataVersion";

    /// <summary>Metadata of a server of another DHIS2 version is refused.</summary>
    public const string StopMetadataSync = "keyStopMetadataSync";

    /// <summary>Metadata version at which the last synchronization failed.</summary>
    public const string FailedMetadataVersion = "keyMetadataFailedVersion";

    /// <summary>When it did.</summary>
    public const string LastMetadataFailure = "keyMetadataLastFailedTime";

    /// <summary>End of the last synchronization of metadata after which nothing was left to fetch.</summary>
    public const string LastMetadataSuccess = "keyLastMetaDataSyncSuccess";

    /// <summary>Who gets e-mails on what the system did by itself.</summary>
    public const string NotificationsEmail = "keySystemNotificationsEmail";

    /// <summary>Host of the server that sends e-mails.</summary>
    public const string EmailHost = "keyEmailHostName";

    /// <summary>Its port.</summary>
    public const string EmailPort = "keyEmailPort";

    /// <summary>Login name there; without one nobody logs in.</summary>
    public const string EmailUsername = "keyEmailUsername";

    /// <summary>Password there; confidential.</summary>
    public const string EmailPassword = "keyEmailPassword";

    /// <summary>The connection to it is encrypted.</summary>
    public const string EmailTls = "keyEmailTls";

    /// <summary>Address that e-mails are sent from.</summary>
    public const string EmailSender = "keyEmailSender";

    /// <summary>The identifier that this installation gave itself; stored as a setting, and none that can be set.</summary>
    public const string SystemIdentifier = "systemIdentifier";

    /// <summary>Title of this installation.</summary>
    public const string ApplicationTitle = "applicationTitle";
}
