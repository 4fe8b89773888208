using Dhis2.Common.V1;
using Dhis2Grpc.Server.Data.Entry;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Data;

/// <summary>Imports data value sets: each document in one transaction, in memory that does not grow with it.</summary>
internal sealed class DataValueSetImport(
    IWarehouse warehouse, ImportLookupCache cache, IOptions<StorageOptions> storage, TimeProvider time, ILogger<DataValueSetImport> logger)
{
    private const string Done = "Import process completed successfully";
    private const string Aborted = "Import process was aborted";

    /// <summary>Imports a document, JSON or CSV, also compressed, taken in whole before anything is written.</summary>
    /// <exception cref="Errors.Dhis2Exception">As for a document that was taken in.</exception>
    public async Task<ImportSummary> ImportAsync(Stream document, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        RequireAuthority(caller);
        await using var spool = new DocumentSpool(storage.Value);
        await spool.CopyFromAsync(document, cancellationToken);
        return await ImportAsync(spool, options, caller, cancellationToken);
    }

    /// <summary>Refuses a caller who may not import.</summary>
    /// <exception cref="Errors.Dhis2Exception">The caller has neither F_DATAVALUE_ADD nor ALL.</exception>
    public static void RequireAuthority(User caller) =>
        caller.Require(Authorities.DataValueAdd, "The user does not have the authority F_DATAVALUE_ADD to import data values.");

    /// <summary>Imports a document that was taken in.</summary>
    /// <exception cref="Errors.Dhis2Exception">The document is malformed or no data value set, or the caller may not import; nothing
    /// is stored.</exception>
    /// <exception cref="LateRequestException">A later request of its sender was taken.</exception>
    public async Task<ImportSummary> ImportAsync(DocumentSpool document, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        RequireAuthority(caller);
        var started = time.GetTimestamp();
        var first = new HeaderSink();
        await document.ReadAsync(first, options, cancellationToken);
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        if (await ImportReceipts.FindAsync(write.Connection, options.Receipt, cancellationToken) is { } done)
            return done;
        if (options.Sender is { } sender)
            await DataPeers.TakeAsync(write.Connection, ReceivedKind.DataValues.Name, sender, time.GetUtcNow(), cancellationToken);
        var (summary, wrote) = await RunAsync(write, document, first.Header, options, caller, cancellationToken);
        if (!summary.ImportOptions.DryRun && wrote)
        {
            await ImportReceipts.WriteAsync(write.Connection, options.Receipt, summary, time.GetUtcNow().UtcDateTime, cancellationToken);
            await write.CommitAsync(cancellationToken);
        }

        var count = summary.ImportCount;
        DataLog.Imported(logger, caller.Username, count.Imported, count.Updated, count.Deleted, count.Ignored,
            summary.Conflicts.Count, time.GetElapsedTime(started).TotalSeconds, summary.ImportOptions.DryRun);
        return summary;
    }

    private async Task<(ImportSummary Summary, bool Wrote)> RunAsync(
        IWarehouseWrite write, DocumentSpool document, DataValueSetHeader header, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        var now = Trim(time.GetUtcNow().UtcDateTime);
        // Nodes keep who changed what when, which later releases stamp anew.
        if (options.Release == ImportRelease.From43 && options.Sender is null)
            return await new EntryPass(write, cache, options, caller, now).RunAsync(document, header, cancellationToken);
        var summary = await new Pass(write, cache, options, caller, now).RunAsync(document, header, cancellationToken);
        return (summary, summary.Status != "ERROR");
    }

    // The store keeps microseconds; what is written is what is compared later.
    private static DateTime Trim(DateTime time) => new(time.Ticks / 10 * 10, DateTimeKind.Utc);

    /// <summary>Collects the header members that stand before the values.</summary>
    private sealed class HeaderSink : IFlatDocumentSink
    {
        public DataValueSetHeader Header { get; private set; } = new();

        void IFlatDocumentSink.Header(int member, string text) => Header = Header.With(member, text);

        public bool Entry(FlatEntry entry) => false;
    }

    /// <summary>One document on its way through the transaction.</summary>
    private sealed class Pass(IWarehouseWrite write, ImportLookupCache cache, DataImportOptions options, User caller, DateTime now)
    {
        private DateOnly Today => DateOnly.FromDateTime(now);

        public async Task<ImportSummary> RunAsync(DocumentSpool document, DataValueSetHeader header, CancellationToken cancellationToken)
        {
            var lookups = await cache.GetAsync(write.Connection, options.IdSchemes.With(header.IdSchemes), cancellationToken);
            var periods = await PeriodLookup.LoadAsync(write.Connection, cancellationToken);
            var user = await UserScope.LoadAsync(write.Connection, caller, cancellationToken);
            var strategy = header.Strategy ?? options.Strategy;
            var conflicts = new ImportConflicts();
            var target = CompletionTarget.Resolve(lookups, periods, header, user, Today, conflicts, options.Strict.HasFlag(StrictChecks.DataElements));
            if (conflicts.Any)
                return Summarise(header, strategy, "ERROR", Aborted, new ImportCount(), conflicts, null);

            var rules = await RulesAsync(lookups, header, user, cancellationToken);
            var merge = new DataValueMerge(write.Connection, strategy, options.SkipExistingCheck, options.Sender);
            await merge.PrepareAsync(cancellationToken);
            DataValueStage stage;
            using (var load = write.Load(DataValueMerge.Stage))
            {
                stage = new DataValueStage(lookups, periods, conflicts, load, header, strategy == ImportStrategy.Delete, rules);
                await document.ReadAsync(stage, options, cancellationToken);
            }
            if (stage.HeaderCameLate)
                return await RunAsync(document, stage.Seen, cancellationToken);

            periods.Save(write);
            if (stage.SawFiles)
                await merge.RejectMissingFilesAsync(conflicts, cancellationToken);
            var dryRun = options.DryRun || header.DryRun;
            var rejected = conflicts.Rejected;
            var count = await merge.RunAsync(caller.Username, now, dryRun, conflicts, cancellationToken);
            count.Ignored += rejected;
            var completed = target is null ? null : await CompleteAsync(target, strategy, dryRun, conflicts, cancellationToken);
            return Summarise(header, strategy, conflicts.Any ? "WARNING" : "SUCCESS", Done, count, conflicts, completed);
        }

        private async Task<EntryRules> RulesAsync(ImportLookups lookups, DataValueSetHeader header, UserScope user, CancellationToken cancellationToken)
        {
            var named = lookups.DataSets.TryGet(header.DataSet, out var set) ? set : null;
            return new EntryRules(
                await ImportAccess.LoadAsync(write.Connection, lookups, user, cancellationToken),
                new InputRules(lookups, write.Connection, named, options, caller, Today, await Approvals.LoadAsync(write.Connection, cancellationToken)),
                options.Strict == StrictChecks.None ? null : await StrictRules.LoadAsync(write.Connection, options.Strict, named?.Id, cancellationToken));
        }

        private async Task<string?> CompleteAsync(CompletionTarget target, ImportStrategy strategy, bool dryRun, ImportConflicts conflicts,
            CancellationToken cancellationToken)
        {
            if (!target.IsWhole(conflicts))
                return null;
            await CompletenessMerge.PrepareAsync(write.Connection, cancellationToken);
            using (var load = write.Load(CompletenessMerge.Stage))
                target.Load(load, caller.Username, now);
            if (strategy != ImportStrategy.Delete)
                await CompletenessMerge.RunAsync(write.Connection, ImportStrategy.CreateAndUpdate, caller.Username, now, dryRun, cancellationToken);
            return target.Date;
        }

        private ImportSummary Summarise(DataValueSetHeader header, ImportStrategy strategy, string status, string description,
            ImportCount count, ImportConflicts conflicts, string? completed)
        {
            var summary = new ImportSummary
            {
                Status = status,
                Description = description,
                ImportCount = count,
                DataSetComplete = completed ?? "false",
                ImportOptions = new ImportOptions
                {
                    DryRun = options.DryRun || header.DryRun,
                    ImportStrategy = strategy.Name(),
                    IdSchemes = { options.IdSchemes.With(header.IdSchemes).Named() },
                },
            };
            conflicts.WriteTo(summary);
            return summary;
        }
    }
}
