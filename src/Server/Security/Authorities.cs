namespace Dhis2Grpc.Server.Security;

/// <summary>Names of the authorities that this server asks for.</summary>
internal static class Authorities
{
    /// <summary>Everything.</summary>
    public const string All = "ALL";

    /// <summary>Create, update, delete, run and cancel jobs.</summary>
    public const string SchedulingAdmin = "F_SCHEDULING_ADMIN";

    /// <summary>Read what runs of jobs found wrong.</summary>
    public const string JobLogRead = "F_JOB_LOG_READ";

    /// <summary>Delete finished jobs, and end runs that are stuck.</summary>
    public const string PerformMaintenance = "F_PERFORM_MAINTENANCE";

    /// <summary>Import data values.</summary>
    public const string DataValueAdd = "F_DATAVALUE_ADD";

    /// <summary>Import data values without an audit of them.</summary>
    public const string SkipDataImportAudit = "F_SKIP_DATA_IMPORT_AUDIT";

    /// <summary>Enter data after the expiry of its period.</summary>
    public const string EditExpired = "F_EDIT_EXPIRED";

    /// <summary>Push data to the remote server.</summary>
    public const string ExportData = "F_EXPORT_DATA";

    /// <summary>Export all metadata.</summary>
    public const string MetadataExport = "F_METADATA_EXPORT";

    /// <summary>Import metadata.</summary>
    public const string MetadataImport = "F_METADATA_IMPORT";

    /// <summary>Make versions of metadata, and read their snapshots.</summary>
    public const string MetadataManage = "F_METADATA_MANAGE";

    /// <summary>Change system settings.</summary>
    public const string SystemSetting = "F_SYSTEM_SETTING";
}
