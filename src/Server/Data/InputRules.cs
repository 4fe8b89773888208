using System.Data.Common;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Data;

/// <summary>When and where values are taken: what the attribute option combo is limited to, and what the data sets that a
/// value is for take today. Made for one import.</summary>
/// <param name="lookups">Metadata.</param>
/// <param name="connection">Where the assignment of data sets to units is read, when it matters.</param>
/// <param name="named">The data set that the document names; its values are for that one.</param>
/// <param name="options">What was asked for.</param>
/// <param name="caller">Who imports.</param>
/// <param name="today">Today.</param>
/// <param name="approvals">What was approved; null: nothing.</param>
internal sealed class InputRules(
    ImportLookups lookups, DbConnection connection, DataSetEntry? named, DataImportOptions options, User caller, DateOnly today, Approvals? approvals)
{
    private readonly Dictionary<(long Set, Period Period), Closed> _closed = [];
    private readonly Dictionary<long, HashSet<long>> _units = [];
    private readonly DataSetEntry[]? _named = named is null ? null : [named];
    private readonly bool _force = options.Force && caller.Has(Authorities.All);
    private readonly bool _mayEditExpired = caller.Has(Authorities.EditExpired);

    [Flags]
    private enum Closed
    {
        No = 0,
        Expired = 1,
        Future = 2,
        NotOpen = 4,
        Approved = 8,
    }

    /// <summary>Why a value is not taken; null when it is.</summary>
    public InputFault? Find(in DataElementEntry element, long unit, OptionComboEntry attribute, Period period)
    {
        if (attribute.IsLimited)
        {
            if (attribute.Opens > period.End || LastDay(attribute, _named ?? element.DataSets) < period.Start)
                return new InputFault("E7638");
            if (attribute.Units is { } units && !lookups.IsBelow(unit, units))
                return new InputFault("E7639");
        }

        return _force ? null : FindClosed(element, unit, attribute, period);
    }

    private InputFault? FindClosed(in DataElementEntry element, long unit, OptionComboEntry attribute, Period period)
    {
        var any = Closed.No;
        foreach (var set in _named ?? element.DataSets)
            any |= Of(set, period);
        if (_named is not null)
        {
            foreach (var set in element.DataSets)
                any |= Of(set, period) & Closed.NotOpen;
        }

        if (approvals is not null && Approved(_named ?? element.DataSets, unit, attribute, period))
            any |= Closed.Approved;

        // Nearly always so, and then it does not matter which of the sets the value is for.
        if (any == Closed.No)
            return null;
        var targets = _named ?? TargetsOf(element, unit, attribute);
        return Find(targets, period, Closed.Expired, "E7640", options.Strict.HasFlag(StrictChecks.DataSetLocking))
            ?? Find(targets, period, Closed.Future, "E7641", strict: true)
            ?? FindApproved(targets, unit, attribute, period)
            ?? Find(targets, period, Closed.NotOpen, "E7643", options.Strict.HasFlag(StrictChecks.DataSetInputPeriods))
            ?? (NoneIsOpen(element.DataSets, period) ? new InputFault("E7644") : null);
    }

    // Not a lambda: one in the method above would cost an object for each value.
    private bool NoneIsOpen(DataSetEntry[] sets, Period period)
    {
        foreach (var set in sets)
        {
            if (!Of(set, period).HasFlag(Closed.NotOpen))
                return false;
        }

        return sets.Length > 0;
    }

    /// <summary>Strict: one set that does not take the value is one too many; otherwise it is enough that one takes it.</summary>
    private InputFault? Find(DataSetEntry[] targets, Period period, Closed why, string code, bool strict)
    {
        DataSetEntry? first = null;
        foreach (var set in targets)
        {
            if (Of(set, period).HasFlag(why))
                first ??= set;
            else if (!strict)
                return null;
        }

        return first is null ? null : new InputFault(code, first.Uid, why == Closed.Future ? first.LatestOpen(today).Iso : null);
    }

    private bool Approved(DataSetEntry[] sets, long unit, OptionComboEntry attribute, Period period) =>
        Array.Exists(sets, s => approvals!.Cover(s, period, unit, attribute.Id, lookups));

    private InputFault? FindApproved(DataSetEntry[] targets, long unit, OptionComboEntry attribute, Period period) =>
        approvals is not null && Array.Find(targets, s => approvals.Cover(s, period, unit, attribute.Id, lookups)) is { } set ? new InputFault("E7642", set.Uid) : null;

    /// <summary>The sets that the value may be for: those that the unit reports on, with attribute option combos of this kind.</summary>
    private DataSetEntry[] TargetsOf(in DataElementEntry element, long unit, OptionComboEntry attribute) =>
        [.. element.DataSets.Where(s => s.CategoryCombo == attribute.CategoryCombo && UnitsOf(s).Contains(unit))];

    private Closed Of(DataSetEntry set, Period period)
    {
        if (_closed.TryGetValue((set.Id, period), out var known))
            return known;
        var closed = Closed.No;
        if (!_mayEditExpired && set.IsExpired(period, today))
            closed |= Closed.Expired;
        if (period.End > set.LatestOpen(today).End)
            closed |= Closed.Future;
        if (set.InputPeriods.Count > 0 && !set.InputPeriods.Any(p => p.Takes(period, today)))
            closed |= Closed.NotOpen;
        return _closed[(set.Id, period)] = closed;
    }

    /// <summary>The last day on which the option combo is valid for any of the data sets; null: for ever.</summary>
    public static DateOnly? LastDay(OptionComboEntry attribute, DataSetEntry[] dataSets)
    {
        if (attribute.Closes is not { } closes)
            return null;
        var last = closes;
        foreach (var set in dataSets)
        {
            var extended = Later(closes, set);
            last = extended > last ? extended : last;
        }

        return last;
    }

    private static DateOnly Later(DateOnly day, DataSetEntry set)
    {
        var count = set.OpenPeriodsAfterEnd;
        return set.PeriodType.FrequencyOrder switch
        {
            < 30 and var days => day.AddDays(days * count),
            var about => day.AddMonths((int)Math.Round(about / 30.4) * count),
        };
    }

    private HashSet<long> UnitsOf(DataSetEntry set)
    {
        if (_units.TryGetValue(set.Id, out var units))
            return units;
        // Runs right here, in the middle of a load that it does not touch; once for a data set.
        using var command = connection.CreateCommand();
        command.CommandText = "select sourceid from datasetsource where datasetid = $set";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("set", set.Id);
        command.Parameters.Add(parameter);
        using var reader = command.ExecuteReader();
        units = [];
        while (reader.Read())
            units.Add(reader.GetInt64(0));
        return _units[set.Id] = units;
    }
}

/// <summary>Why a value is not taken.</summary>
/// <param name="Code">DHIS2's error code.</param>
/// <param name="DataSet">UID of the data set that does not take it.</param>
/// <param name="Latest">The last period that it takes.</param>
internal sealed record InputFault(string Code, string? DataSet = null, string? Latest = null);
