using Dhis2.Common.V1;
using ErrorReport = Dhis2Grpc.Server.Errors.ErrorReport;
using WireErrorReport = Dhis2.Common.V1.ErrorReport;
using WireStats = Dhis2.Common.V1.ImportStats;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>The report as clients see it.</summary>
internal static class ImportReportMessages
{
    /// <summary>The report as a message.</summary>
    public static ImportReport ToMessage(this MetadataImportReport report) => new()
    {
        Status = report.Status switch { ImportStatus.Ok => "OK", ImportStatus.Warning => "WARNING", _ => "ERROR" },
        Stats = ToMessage(report.Stats),
        TypeReports = { report.Types.Select(t => new TypeReport { Klass = t.Class, Stats = ToMessage(t.Stats), ObjectReports = { t.Objects.Select(ToMessage) } }) },
    };

    /// <summary>How an import was asked to work, as clients see it.</summary>
    /// <param name="options">How it was asked.</param>
    /// <param name="username">Who asked.</param>
    /// <param name="version">DHIS2 minor version of the words; null: those from before 2.41 changed them.</param>
    public static MetadataImportParams ToMessage(this MetadataImportOptions options, string username, int? version)
    {
        var message = new MetadataImportParams
        {
            ImportMode = options.Mode == ImportMode.Commit ? "COMMIT" : "VALIDATE",
            Identifier = options.Identifier == ImportIdentifier.Uid ? "UID" : "CODE",
            PreheatMode = "REFERENCE",
            ImportStrategy = options.Strategy switch
            {
                ImportStrategy.Create => "CREATE",
                ImportStrategy.Update => "UPDATE",
                ImportStrategy.Delete => "DELETE",
                _ => "CREATE_AND_UPDATE",
            },
            AtomicMode = options.Atomic == AtomicMode.All ? "ALL" : "NONE",
            FlushMode = "AUTO",
            ImportReportMode = options.ReportMode == ImportReportMode.Full ? "FULL" : "ERRORS",
            SkipSharing = options.SkipSharing,
            SkipTranslation = options.SkipTranslation,
            FirstRowIsHeader = true,
        };
        if (version is null or <= 40) (message.Username, message.MergeMode) = (username, "REPLACE");
        else message.Async = false;
        return message;
    }

    private static WireStats ToMessage(ImportStats stats) =>
        new() { Created = stats.Created, Updated = stats.Updated, Deleted = stats.Deleted, Ignored = stats.Ignored, Total = stats.Total };

    private static ObjectReport ToMessage(ImportObjectReport report) =>
        new() { Klass = report.Class, Index = report.Index, Uid = report.Uid, ErrorReports = { report.Errors.Select(ToMessage) } };

    private static WireErrorReport ToMessage(ErrorReport error)
    {
        var message = new WireErrorReport { Message = error.Message, ErrorCode = error.Code, ErrorProperties = { error.Arguments }, Args = { error.Arguments } };
        if (error.MainClass is not null) message.MainKlass = error.MainClass;
        if (error.MainId is not null) message.MainId = error.MainId;
        if (error.PropertyClass is not null) message.ErrorKlass = error.PropertyClass;
        if (error.Property is not null) message.ErrorProperty = error.Property;
        if (error.Value is not null) message.Value = error.Value;
        return message;
    }
}
