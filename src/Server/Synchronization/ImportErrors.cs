using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>What an import of metadata found wrong with objects.</summary>
internal static class ImportErrors
{
    /// <summary>The errors of all objects.</summary>
    public static IEnumerable<(ImportObjectReport Object, ErrorReport Error)> AllErrors(this MetadataImportReport report) =>
        from type in report.Types
        from found in type.Objects
        from error in found.Errors
        select (found, error);

    /// <summary>Makes the first of them errors of the run.</summary>
    public static void Tell(this MetadataImportReport report, IJobProgress progress, int max)
    {
        foreach (var (found, error) in report.AllErrors().Take(max))
            progress.AddError(new(error.Code, found.Uid, found.Class[(found.Class.LastIndexOf('.') + 1)..], error.Arguments, error.Message));
    }
}
