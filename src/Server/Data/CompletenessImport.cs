using Dhis2.Common.V1;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Options;
using Member = Dhis2Grpc.Server.Data.CompletenessDocument;

namespace Dhis2Grpc.Server.Data;

/// <summary>Imports completeness registrations, each document in one transaction.</summary>
internal sealed class CompletenessImport(
    IWarehouse warehouse, ImportLookupCache cache, IOptions<StorageOptions> storage, TimeProvider time, ILogger<CompletenessImport> logger)
{
    /// <summary>Imports a document, JSON, also compressed, taken in whole before anything is written.</summary>
    /// <exception cref="Errors.Dhis2Exception">As for a document that was taken in.</exception>
    public async Task<ImportSummary> ImportAsync(Stream document, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        await using var spool = new DocumentSpool(storage.Value);
        await spool.CopyFromAsync(document, cancellationToken);
        return await ImportAsync(spool, options, caller, cancellationToken);
    }

    /// <summary>Imports a document that was taken in. The status is SUCCESS as soon as one entry was taken, ERROR when none was.</summary>
    /// <exception cref="Errors.Dhis2Exception">The document is malformed; nothing is stored.</exception>
    /// <exception cref="LateRequestException">A later request of its sender was taken.</exception>
    public async Task<ImportSummary> ImportAsync(DocumentSpool document, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        var header = new HeaderSink();
        await document.ReadAsync(Member.Shape, header, cancellationToken);
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        if (await ImportReceipts.FindAsync(write.Connection, options.Receipt, cancellationToken) is { } done)
            return done;
        if (options.Sender is { } sender)
            await DataPeers.TakeAsync(write.Connection, ReceivedKind.Registrations.Name, sender, time.GetUtcNow(), cancellationToken);
        var conflicts = new ImportConflicts();
        var strategy = header.Strategy ?? options.Strategy;
        var schemes = options.IdSchemes.With(header.Schemes);
        var now = time.GetUtcNow().UtcDateTime;
        var lookups = await cache.GetAsync(write.Connection, schemes, cancellationToken);
        var periods = await PeriodLookup.LoadAsync(write.Connection, cancellationToken);
        var access = await ImportAccess.LoadAsync(
            write.Connection, lookups, await UserScope.LoadAsync(write.Connection, caller, cancellationToken), cancellationToken);
        var rules = await CompletenessRules.LoadAsync(write.Connection, options.Strict, cancellationToken);
        await CompletenessMerge.PrepareAsync(write.Connection, cancellationToken);
        using (var load = write.Load(CompletenessMerge.Stage))
            await document.ReadAsync(Member.Shape, new CompletenessStage(lookups, periods, access, rules, conflicts, load), cancellationToken);
        if (strategy != ImportStrategy.Delete)
            await CompletenessRules.RequireFieldsAsync(write.Connection, conflicts, cancellationToken);
        periods.Save(write);
        var dryRun = options.DryRun || header.DryRun;
        var count = await CompletenessMerge.RunAsync(write.Connection, strategy, caller.Username, now, dryRun, cancellationToken, options.Sender);
        count.Ignored += conflicts.Rejected;
        var summary = new ImportSummary
        {
            Status = count.Imported + count.Updated + count.Deleted > 0 ? "SUCCESS" : "ERROR",
            Description = "Import process complete.",
            ImportCount = count,
            DataSetComplete = "false",
            ImportOptions = new ImportOptions { DryRun = dryRun, ImportStrategy = strategy.Name(), IdSchemes = { schemes.Named() } },
        };
        conflicts.WriteTo(summary);
        if (!dryRun)
        {
            await ImportReceipts.WriteAsync(write.Connection, options.Receipt, summary, now, cancellationToken);
            await write.CommitAsync(cancellationToken);
        }

        DataLog.Registered(logger, caller.Username, count.Imported, count.Updated, count.Deleted, count.Ignored);
        return summary;
    }

    /// <summary>Collects the header members, wherever they stand.</summary>
    private sealed class HeaderSink : IFlatDocumentSink
    {
        public IdSchemes Schemes { get; private set; } = new();

        public bool DryRun { get; private set; }

        public ImportStrategy? Strategy { get; private set; }

        void IFlatDocumentSink.Header(int member, string text)
        {
            switch (Member.Shape.HeaderName(member))
            {
                case "idScheme": Schemes = Schemes with { Any = IdScheme.Parse(text) }; break;
                case "dataSetIdScheme": Schemes = Schemes with { DataSet = IdScheme.Parse(text) }; break;
                case "orgUnitIdScheme": Schemes = Schemes with { OrgUnit = IdScheme.Parse(text) }; break;
                case "attributeOptionComboIdScheme": Schemes = Schemes with { CategoryOptionCombo = IdScheme.Parse(text) }; break;
                case "dryRun": DryRun = text == "true"; break;
                default: Strategy = text.Length == 0 ? Strategy : ImportStrategies.Parse(text); break;
            }
        }

        public bool Entry(FlatEntry entry) => true;
    }
}
