using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Import;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>Imports metadata documents: taken in whole, staged and checked in the warehouse, written in one transaction.</summary>
internal sealed class MetadataImport(IWarehouse warehouse, IOptions<StorageOptions> storage, StoredTypes types, TimeProvider time, ILogger<MetadataImport> logger)
{
    /// <summary>Imports one document, JSON or gzip of it. Errors in objects, and what the caller may not do, are in the report
    /// and do not throw.</summary>
    /// <exception cref="Dhis2Exception">The document is malformed or cut off.</exception>
    public async Task<MetadataImportReport> ImportAsync(Stream document, MetadataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        await using var spool = new DocumentSpool(storage.Value);
        await spool.CopyFromAsync(document, cancellationToken);
        return await ImportAsync(spool, options, caller, cancellationToken);
    }

    /// <summary>Imports a document that was taken in already.</summary>
    /// <exception cref="Dhis2Exception">The document is malformed or cut off.</exception>
    public async Task<MetadataImportReport> ImportAsync(DocumentSpool document, MetadataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var received = document.OpenRead();
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        var report = await ImportAsync(received, write, options, caller, cancellationToken);
        if (report.Status != ImportStatus.Error && options.Mode == ImportMode.Commit) await write.CommitAsync(cancellationToken);
        MetadataLog.Imported(logger, report.Status, report.Stats.Created, report.Stats.Updated, report.Stats.Deleted, report.Stats.Ignored,
            caller.Username, (long)time.GetElapsedTime(begun).TotalMilliseconds);
        return report;
    }

    private async Task<MetadataImportReport> ImportAsync(
        Stream document, IWarehouseWrite write, MetadataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        var staging = await StageAsync(document, write, options, cancellationToken);
        if (options.Strategy != ImportStrategy.Delete) await new OptionComboMatch(write).RunAsync(cancellationToken);
        var checks = new StagedChecks(write.Connection, options, staging.Types);
        await checks.RunAsync(cancellationToken);
        await new AccessCheck(write, options, caller).RunAsync(staging.Types, cancellationToken);
        var deletes = options.Strategy == ImportStrategy.Delete;
        if (deletes) await new Deletion(write.Connection).CheckAsync(cancellationToken);
        else await OrganisationUnitTree.CheckAsync(write.Connection, cancellationToken);

        var refused = await checks.SettleAsync(cancellationToken);
        var report = await new ReportWriter(write.Connection, options).WriteAsync(staging.Types, refused, cancellationToken);
        if (refused) return report;

        var now = time.GetUtcNow().UtcDateTime;
        if (deletes)
        {
            await new Deletion(write.Connection).WriteAsync(cancellationToken);
        }
        else
        {
            await new ObjectRewrite(write, options).RunAsync(cancellationToken);
            var naming = await new GeneratedCombos(write).GiveWayAsync(cancellationToken);
            await new Projection(write, now).WriteAsync(staging.Types, cancellationToken);
            await new OptionCombos(write, now).GenerateAsync(cancellationToken);
            if (naming.Count > 0) await new Reprojection(write, now).RunAsync(naming, cancellationToken);
            types.Add(staging.Types);
        }
        if (report.Stats.Created + report.Stats.Updated + report.Stats.Deleted > 0)
            await MetadataRevision.AdvanceAsync(write.Connection, cancellationToken);
        return report;
    }

    private static async Task<Staging> StageAsync(Stream document, IWarehouseWrite write, MetadataImportOptions options, CancellationToken cancellationToken)
    {
        var reader = new DocumentReader(document, options.MaxDepth);
        using var staging = await Staging.BeginAsync(write, options, cancellationToken);
        while (await reader.ReadAsync(cancellationToken) is { } item)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!options.SkipTypes.Contains(item.Collection)) staging.Add(item);
        }
        return staging;
    }
}
