using Dhis2.Common.V1;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data.Entry;

/// <summary>Takes a document in by the rules of DHIS2 2.43 and later: values are entered for one data set at a time, which takes all
/// that is sound of them or nothing, and what the document names must exist.</summary>
/// <param name="write">The transaction.</param>
/// <param name="cache">What imports look up.</param>
/// <param name="options">What was asked for.</param>
/// <param name="caller">Who imports.</param>
/// <param name="now">When.</param>
internal sealed class EntryPass(IWarehouseWrite write, ImportLookupCache cache, DataImportOptions options, User caller, DateTime now)
{
    private readonly ImportConflicts _conflicts = new();

    /// <summary>Checks the document and writes what is sound of it, without the commit.</summary>
    /// <returns>What was done, and whether anything was.</returns>
    public async Task<(ImportSummary Summary, bool Wrote)> RunAsync(DocumentSpool document, DataValueSetHeader header, CancellationToken cancellationToken)
    {
        var schemes = options.IdSchemes.With(header.IdSchemes);
        var lookups = await cache.GetAsync(write.Connection, schemes, cancellationToken);
        var periods = await PeriodLookup.LoadAsync(write.Connection, cancellationToken);
        var user = await UserScope.LoadAsync(write.Connection, caller, cancellationToken);
        var (named, refusal) = EntryHeader.Check(header, schemes, lookups, periods);
        if (refusal is not null)
            return Refused(header, refusal);

        var merge = new EntryMerge(write.Connection);
        await merge.PrepareAsync(cancellationToken);
        EntryStage stage;
        using (var load = write.Load(EntryMerge.Stage))
        {
            stage = new EntryStage(lookups, periods, schemes, load, header, options, named);
            await document.ReadAsync(stage, options, cancellationToken);
        }

        if (stage.HeaderCameLate)
            return await RunAsync(document, stage.Seen, cancellationToken);
        if (stage.Refusal is not null)
            return Refused(header, stage.Refusal);
        periods.Save(write);
        var refused = await TakeAsync(stage, merge, lookups, user, named, cancellationToken);
        if (options.Atomic && _conflicts.Rejected > 0)
            return Aborted(header, stage.Count);

        var rejected = _conflicts.Rejected;
        var dryRun = options.DryRun || header.DryRun;
        var taken = await merge.RunAsync(caller.Username, now, dryRun, cancellationToken);
        var status = refused || (rejected > 0 && taken == 0) ? "ERROR" : rejected > 0 ? "WARNING" : "SUCCESS";
        var completed = rejected == 0 ? await CompleteAsync(lookups, periods, header, user, dryRun, cancellationToken) : null;
        var summary = Summarise(header, status, completed);
        summary.ImportCount = Strategy(header) == ImportStrategy.Delete
            ? new ImportCount { Deleted = taken, Ignored = rejected }
            : new ImportCount { Updated = taken, Ignored = rejected };
        return (summary, true);
    }

    /// <summary>Leaves out what the data sets do not take.</summary>
    /// <returns>Whether a data set takes nothing of what is for it.</returns>
    private async Task<bool> TakeAsync(
        EntryStage stage, EntryMerge merge, ImportLookups lookups, UserScope user, DataSetEntry? named, CancellationToken cancellationToken)
    {
        var access = await ImportAccess.LoadAsync(write.Connection, lookups, user, cancellationToken);
        var checks = new EntryChecks(write.Connection, lookups, access, options, caller, DateOnly.FromDateTime(now));
        var refused = false;
        if (named is null && !options.AutoGroup && stage.Count > 0)
        {
            if (stage.SingleSet is not { } single)
            {
                stage.NoSingleSet().AddTo(_conflicts, await merge.RejectSetAsync(null, cancellationToken));
                return true;
            }

            await merge.AssignAsync(single.Id, cancellationToken);
        }

        foreach (var set in stage.Sets(named))
        {
            if (await checks.FindAsync(set, stage, cancellationToken) is { } fault)
            {
                fault.AddTo(_conflicts, await merge.RejectSetAsync(set.Id, cancellationToken));
                refused = true;
                continue;
            }

            foreach (var index in await merge.RejectFaultyAsync(set.Id, cancellationToken))
            {
                if (stage.Faults.TryGetValue(index, out var wrong))
                    wrong.AddTo(_conflicts, [index]);
                else
                    _conflicts.AddUntold(index);
            }
        }

        return refused;
    }

    private async Task<string?> CompleteAsync(
        ImportLookups lookups, PeriodLookup periods, DataValueSetHeader header, UserScope user, bool dryRun, CancellationToken cancellationToken)
    {
        var target = CompletionTarget.Resolve(lookups, periods, header, user, DateOnly.FromDateTime(now), new ImportConflicts());
        if (target is null || !target.IsWhole(new ImportConflicts()))
            return null;
        periods.Save(write);
        await CompletenessMerge.PrepareAsync(write.Connection, cancellationToken);
        using (var load = write.Load(CompletenessMerge.Stage))
            target.Load(load, caller.Username, now);
        if (Strategy(header) != ImportStrategy.Delete)
            await CompletenessMerge.RunAsync(write.Connection, ImportStrategy.CreateAndUpdate, caller.Username, now, dryRun, cancellationToken);
        return target.Date;
    }

    // As in DHIS2 the position -1 stands for the document.
    private (ImportSummary Summary, bool Wrote) Refused(DataValueSetHeader header, EntryFault fault)
    {
        var summary = Summarise(header, "ERROR", null);
        summary.Conflicts.Add(new ImportConflict
        {
            Object = string.Join('-', fault.Arguments),
            Objects = { ["args"] = string.Join('-', fault.Arguments) },
            Value = fault.Text,
            ErrorCode = fault.Code,
            Indexes = { -1 },
        });
        return (summary, false);
    }

    private (ImportSummary Summary, bool Wrote) Aborted(DataValueSetHeader header, int entered)
    {
        var summary = Summarise(header, "ERROR", null);
        var sound = entered - _conflicts.Rejected;
        var first = summary.Conflicts[0].Value;
        EntryFault.Of("E8000", "Atomic mode requires all values to be valid but only {0}/{1} were. First issue: {2}",
            $"{sound}", $"{entered}", first).AddTo(_conflicts, []);
        summary = Summarise(header, "ERROR", null);
        summary.ImportCount.Ignored = entered;
        return (summary, false);
    }

    private ImportStrategy Strategy(DataValueSetHeader header) => header.Strategy ?? options.Strategy;

    private ImportSummary Summarise(DataValueSetHeader header, string status, string? completed)
    {
        var summary = new ImportSummary
        {
            Status = status,
            ImportCount = new ImportCount(),
            DataSetComplete = completed ?? "false",
            ImportOptions = new ImportOptions
            {
                DryRun = options.DryRun || header.DryRun,
                ImportStrategy = Strategy(header).Name(),
                IdSchemes = { options.IdSchemes.With(header.IdSchemes).Named() },
            },
        };
        _conflicts.WriteTo(summary);
        return summary;
    }
}
