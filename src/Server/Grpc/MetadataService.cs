using Dhis2.Metadata.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Security;
using Grpc.Core;
using AtomicMode = Dhis2.Metadata.V1.AtomicMode;
using ImportMode = Dhis2.Metadata.V1.ImportMode;
using ImportStrategy = Dhis2.Metadata.V1.ImportStrategy;
using Options = Dhis2Grpc.Server.Metadata.MetadataImportOptions;
using WireOptions = Dhis2.Metadata.V1.MetadataImportOptions;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Metadata documents in and out.</summary>
internal sealed class MetadataService(MetadataImport import, MetadataExport export, IObjectForms forms) : Dhis2.Metadata.V1.MetadataService.MetadataServiceBase
{
    /// <inheritdoc/>
    public override async Task<ImportMetadataResponse> ImportMetadata(IAsyncStreamReader<ImportMetadataRequest> requestStream, ServerCallContext context)
    {
        if (!await requestStream.MoveNext(context.CancellationToken))
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "There is no document: the stream has no message.");
        var first = requestStream.Current;
        var report = await IncomingDocument.ReadAsync(first, requestStream, m => m.Content,
            document => import.ImportAsync(document, ToOptions(first.Options), context.Caller(), context.CancellationToken), context.CancellationToken);
        return new ImportMetadataResponse { Report = report.ToMessage() };
    }

    /// <inheritdoc/>
    public override async Task ExportMetadata(ExportMetadataRequest request, IServerStreamWriter<ExportMetadataResponse> responseStream, ServerCallContext context)
    {
        var chosen = request.Selections.DistinctBy(s => s.Collection).Where(s => s.Members.Count > 0).ToDictionary(s => s.Collection, s => string.Join(',', s.Members));
        var form = chosen.Count == 0 ? null : forms.Of(chosen, request.SkipSharing, context.Caller());
        await using var output = new ChunkStream(content => responseStream.WriteAsync(new ExportMetadataResponse { Content = content }, context.CancellationToken));
        await export.ExportAsync(output, ToOptions(request), form, context.Caller(), context.CancellationToken);
    }

    private static MetadataExportOptions ToOptions(ExportMetadataRequest request)
    {
        if (request.Root is { } root && (root.Collection.Length == 0 || root.Uid.Length == 0))
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "The root needs a collection and a uid.");
        if (request.Selections.Any(s => s.Collection.Length == 0)) throw new Dhis2Exception(ErrorKind.InvalidArgument, "A selection needs a collection.");
        var selected = request.Selections.DistinctBy(s => s.Collection).Select(s => new ExportedType(s.Collection)
        {
            Query = s.Filters.Count == 0 ? null : new MetadataQuery { Filters = [.. s.Filters.Select(ListFilter.Parse)] },
        }).ToList();
        return new MetadataExportOptions
        {
            Types = [.. selected, .. request.Types_.Distinct().Where(t => !selected.Exists(s => s.Collection == t)).Select(t => new ExportedType(t))],
            SkipSharing = request.SkipSharing,
            ExcludeDefaults = request.ExcludeDefaults,
            Root = request.Root is null ? null : (request.Root.Collection, request.Root.Uid),
        };
    }

    private static Options ToOptions(WireOptions? options) => options is null ? new Options() : new Options
    {
        Strategy = options.ImportStrategy switch
        {
            ImportStrategy.Create => Metadata.ImportStrategy.Create,
            ImportStrategy.Update => Metadata.ImportStrategy.Update,
            ImportStrategy.Delete => Metadata.ImportStrategy.Delete,
            ImportStrategy.Unspecified or ImportStrategy.CreateAndUpdate => Metadata.ImportStrategy.CreateAndUpdate,
            _ => throw Unknown("import_strategy"),
        },
        Atomic = options.AtomicMode switch
        {
            AtomicMode.None => Metadata.AtomicMode.None,
            AtomicMode.Unspecified or AtomicMode.All => Metadata.AtomicMode.All,
            _ => throw Unknown("atomic_mode"),
        },
        Mode = options.ImportMode switch
        {
            ImportMode.Validate => Metadata.ImportMode.Validate,
            ImportMode.Unspecified or ImportMode.Commit => Metadata.ImportMode.Commit,
            _ => throw Unknown("import_mode"),
        },
        Identifier = options.Identifier switch
        {
            MetadataIdentifier.Code => ImportIdentifier.Code,
            MetadataIdentifier.Unspecified or MetadataIdentifier.Uid => ImportIdentifier.Uid,
            _ => throw Unknown("identifier"),
        },
        ReportMode = options.ReportMode switch
        {
            MetadataReportMode.Full => ImportReportMode.Full,
            MetadataReportMode.Unspecified or MetadataReportMode.Errors => ImportReportMode.Errors,
            _ => throw Unknown("report_mode"),
        },
        SkipSharing = options.SkipSharing,
        SkipTranslation = options.SkipTranslation,
    };

    private static Dhis2Exception Unknown(string field) => new(ErrorKind.InvalidArgument, $"The value of {field} is not known.");
}
