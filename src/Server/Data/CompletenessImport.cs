using System.Text;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Options;
using Member = Dhis2Grpc.Server.Data.CompletenessDocument;

namespace Dhis2Grpc.Server.Data;

/// <summary>Imports completeness registrations, each document in one transaction.</summary>
internal sealed class CompletenessImport(
    IWarehouse warehouse, IOptions<StorageOptions> storage, TimeProvider time, ILogger<CompletenessImport> logger)
{
    /// <summary>Imports a document, JSON or gzip of it, taken in whole before anything is written. The status is SUCCESS as soon as one entry was taken, ERROR when none was.</summary>
    /// <exception cref="Errors.Dhis2Exception">The document is not JSON, or not of the shape; nothing is stored.</exception>
    public async Task<ImportSummary> ImportAsync(Stream document, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        await using var spool = new DocumentSpool(storage.Value);
        await spool.CopyFromAsync(document, cancellationToken);
        return await ImportAsync(spool, options, caller, cancellationToken);
    }

    private async Task<ImportSummary> ImportAsync(DocumentSpool document, DataImportOptions options, User caller, CancellationToken cancellationToken)
    {
        await using var write = await warehouse.BeginWriteAsync(WriteTurn.Documents, cancellationToken);
        var conflicts = new ImportConflicts();
        var header = new HeaderSink();
        await ReadAsync(document, header, cancellationToken);
        var strategy = header.Strategy ?? options.Strategy;
        var schemes = options.IdSchemes.With(header.Schemes);
        var lookups = await ImportLookups.LoadAsync(write.Connection, schemes, cancellationToken);
        var dataSets = await LookupTable<long>.LoadAsync(write.Connection,
            $"select {(schemes.DataSet ?? schemes.Any).Column()}, datasetid from dataset", row => row.GetInt64(1), cancellationToken);
        await CompletenessMerge.PrepareAsync(write.Connection, cancellationToken);
        using (var load = write.Load(CompletenessMerge.Stage))
            await ReadAsync(document, new Stage(lookups, dataSets, conflicts, load), cancellationToken);
        lookups.Periods.Save(write);
        var dryRun = options.DryRun || header.DryRun;
        var count = await CompletenessMerge.RunAsync(write.Connection, strategy, caller.Username, time.GetUtcNow().UtcDateTime, dryRun, cancellationToken);
        count.Ignored += conflicts.Rejected;
        if (!dryRun)
            await write.CommitAsync(cancellationToken);
        DataLog.Registered(logger, caller.Username, count.Imported, count.Updated, count.Deleted, count.Ignored);
        var summary = new ImportSummary
        {
            Status = count.Imported + count.Updated + count.Deleted > 0 ? "SUCCESS" : "ERROR",
            Description = "Import process completed successfully",
            ImportCount = count,
            DataSetComplete = "false",
            ImportOptions = new ImportOptions { DryRun = dryRun, ImportStrategy = strategy.Name(), IdSchemes = { schemes.Named() } },
        };
        conflicts.WriteTo(summary);
        return summary;
    }

    private static Task ReadAsync(DocumentSpool document, IFlatDocumentSink sink, CancellationToken cancellationToken) =>
        Task.Run(() => new FlatDocumentReader(Member.Shape, sink).Read(document.OpenRead(), cancellationToken), cancellationToken);

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
                case "idScheme": Schemes = Schemes with { Any = IdSchemeNames.Parse(text) }; break;
                case "dataSetIdScheme": Schemes = Schemes with { DataSet = IdSchemeNames.Parse(text) }; break;
                case "orgUnitIdScheme": Schemes = Schemes with { OrgUnit = IdSchemeNames.Parse(text) }; break;
                case "attributeOptionComboIdScheme": Schemes = Schemes with { CategoryOptionCombo = IdSchemeNames.Parse(text) }; break;
                case "dryRun": DryRun = text == "true"; break;
                default: Strategy = ImportStrategies.Parse(text); break;
            }
        }

        public bool Entry(FlatEntry entry) => true;
    }

    /// <summary>Checks entries and loads what is sound.</summary>
    private sealed class Stage(ImportLookups lookups, LookupTable<long> dataSets, ImportConflicts conflicts, IBulkLoad load) : IFlatDocumentSink
    {
        private int _index = -1;

        void IFlatDocumentSink.Header(int member, string text)
        {
        }

        public bool Entry(FlatEntry entry)
        {
            _index++;
            var attribute = lookups.DefaultOptionComboId;
            var known = (dataSets.TryGet(entry[Member.DataSet], out var dataSet) || Reject(entry, Member.DataSet, "Data set not found or not accessible"))
                & (lookups.Periods.TryGet(entry[Member.Period], out var period, out _) || Reject(entry, Member.Period, "Period not valid"))
                & (lookups.OrgUnits.TryGet(entry[Member.OrganisationUnit], out var unit)
                    || Reject(entry, Member.OrganisationUnit, "Organisation unit not found or not accessible"))
                & (entry[Member.AttributeOptionCombo].IsEmpty || lookups.OptionCombos.TryGet(entry[Member.AttributeOptionCombo], out attribute)
                    || Reject(entry, Member.AttributeOptionCombo, "Attribute option combo not found or not accessible"))
                & TryTime(entry, Member.Date, out var date) & TryTime(entry, Member.LastUpdated, out var updated);
            if (!known)
                return true;
            lookups.Periods.Keep(period);
            load.Add(dataSet).Add(period).Add(unit).Add(attribute).Add(date).Add(entry.Text(Member.StoredBy)).Add(entry.Text(Member.LastUpdatedBy))
                .Add(updated).Add((bool?)!entry[Member.Completed].SequenceEqual("false"u8)).EndRow();
            return true;
        }

        private bool TryTime(FlatEntry entry, int member, out DateTime? time)
        {
            time = WireTime.TryParse(entry[member], out var parsed) ? parsed : null;
            return time is not null || entry[member].IsEmpty || Reject(entry, member, "Not a date");
        }

        private bool Reject(FlatEntry entry, int member, string problem)
        {
            var value = Encoding.UTF8.GetString(entry[member]);
            conflicts.Add(_index, null, Member.Shape.MemberName(member), $"{problem}: `{value}`", (Member.Shape.MemberName(member), value));
            return false;
        }
    }
}
