using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Dhis2Grpc.Server.Jobs.AnalyticsTable;
using Dhis2Grpc.Server.Jobs.ResourceTable;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Tests.Progress;
using Dhis2Grpc.Server.Tests.Warehouse;
using Dhis2Grpc.Server.Warehouse;
using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using AnalyticsTableJob = Dhis2Grpc.Server.Jobs.AnalyticsTable.AnalyticsTableJob;
using ResourceTableJob = Dhis2Grpc.Server.Jobs.ResourceTable.ResourceTableJob;

namespace Dhis2Grpc.Server.Tests.Jobs;

/// <summary>A warehouse that tests fill by name: units "R", "A"; periods by identifier; and the two jobs run on it.
/// UIDs are the names padded to 11 characters.</summary>
internal sealed class SampleStore : IAsyncDisposable
{
    public const long Default = 4; // the default option combo, fourth of the schema's sequence

    private readonly Dictionary<string, long> _ids = [];
    private readonly Dictionary<string, long> _periods = [];
    private readonly HashSet<string> _comboNames = [];
    private readonly List<string> _statements = [];
    private long _nextId = 1000;

    public SampleStore(long memoryLimit = 512L << 20) => Store = new TemporaryWarehouse(memoryLimit: memoryLimit);

    public TemporaryWarehouse Store { get; }

    public IWarehouse Warehouse => Store.Warehouse;

    public MemorySettings Settings { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2024, 6, 15, 3, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static string Uid(string name) => name.PadRight(11, '0');

    public long Id(string name) => _ids[name];

    /// <summary>Text with the names in it, such as DE1 or cM, replaced by UIDs.</summary>
    public string WithUids(string text) =>
        Regex.Replace(text, "[A-Za-z][A-Za-z0-9]*", m => _ids.ContainsKey(m.Value) || _comboNames.Contains(m.Value) ? Uid(m.Value) : m.Value);

    /// <summary>The name whose UID this is, or the text itself.</summary>
    public string NameOf(string uid)
    {
        var name = uid.TrimEnd('0');
        return uid.Length == 11 && (_ids.ContainsKey(name) || _comboNames.Contains(name)) ? name : uid;
    }

    /// <summary>Units R; D1, D2 under it; A, B under D1; C under D2. DE1, DE2, DE3 of type NUMBER, SUM. Monthly data
    /// set DS with all three, assigned to A and B.</summary>
    public static SampleStore OfTheFactSheet()
    {
        var store = new SampleStore();
        store.Unit("R").Unit("D1", "R").Unit("D2", "R").Unit("A", "D1").Unit("B", "D1").Unit("C", "D2");
        store.Element("DE1").Element("DE2").Element("DE3");
        store.DataSet("DS", "Monthly", ["DE1", "DE2", "DE3"], ["A", "B"]);
        return store;
    }

    public SampleStore Unit(string name, string? parent = null)
    {
        var path = (parent is null ? "" : _paths[parent]) + "/" + Uid(name);
        _paths[name] = path;
        var level = path.Count(c => c == '/');
        return Sql($"insert into organisationunit (organisationunitid, uid, code, name, shortname, parentid, path, hierarchylevel, openingdate) values ({New(name)}, '{Uid(name)}', 'c{name}', 'Unit {name}', '{name}', {(parent is null ? "null" : Id(parent))}, '{path}', {level}, '2000-01-01')");
    }

    private readonly Dictionary<string, string> _paths = [];

    public SampleStore Element(
        string name, string valueType = "NUMBER", string aggregation = "SUM", string domain = "AGGREGATE", bool zero = false, string? combo = null, params int[] levels)
    {
        var comboId = combo is null ? "(select categorycomboid from categorycombo where name = 'default')" : Invariant(Id(combo));
        Sql($"insert into dataelement (dataelementid, uid, code, name, shortname, valuetype, domaintype, aggregationtype, categorycomboid, zeroissignificant) values ({New(name)}, '{Uid(name)}', 'c{name}', 'Element {name}', '{name}', '{valueType}', '{domain}', '{aggregation}', {comboId}, {zero})");
        for (var i = 0; i < levels.Length; i++)
            Sql($"insert into dataelementaggregationlevels values ({Id(name)}, {levels[i]}, {i})");
        return this;
    }

    public SampleStore DataSet(
        string name, string periodType, string[] elements, string[] units, string? combo = null, int openAfterEnd = 0, long? workflow = null)
    {
        var comboId = combo is null ? "(select categorycomboid from categorycombo where name = 'default')" : Invariant(Id(combo));
        Sql($"insert into dataset (datasetid, uid, name, shortname, periodtypeid, categorycomboid, mobile, timelydays, openperiodsaftercoenddate, workflowid) select {New(name)}, '{Uid(name)}', 'Set {name}', '{name}', periodtypeid, {comboId}, false, 15, {openAfterEnd}, {(workflow is { } w ? Invariant(w) : "null")} from periodtype where name = '{periodType}'");
        foreach (var element in elements)
            Sql($"insert into datasetelement values ({_nextId++}, {Id(name)}, {Id(element)}, null)");
        foreach (var unit in units)
            Sql($"insert into datasetsource values ({Id(name)}, {Id(unit)})");
        return this;
    }

    /// <summary>A combo of one category per argument, with an option combo per combination, known here as "M, S", or as
    /// "coc M" when it has one option; its UID is "cMS" or "cM", padded.</summary>
    public SampleStore Combo(string name, params (string Category, string[] Options)[] categories)
    {
        Sql($"insert into categorycombo (categorycomboid, uid, name, datadimensiontype, skiptotal) values ({New(name)}, '{Uid(name)}', '{name}', 'DISAGGREGATION', false)");
        for (var c = 0; c < categories.Length; c++)
        {
            var (category, options) = categories[c];
            if (!_ids.ContainsKey(category))
                Category(category, options);
            Sql($"insert into categorycombos_categories values ({Id(name)}, {Id(category)}, {c + 1})");
        }

        var combinations = categories.Aggregate<(string Category, string[] Options), IEnumerable<string[]>>(
            [[]], (all, next) => all.SelectMany(_ => next.Options, (head, tail) => (string[])[.. head, tail]));
        foreach (var options in categories.Length == 0 ? [] : combinations)
        {
            var full = string.Join(", ", options);
            var id = New(options.Length == 1 ? $"coc {full}" : full);
            _comboNames.Add("c" + string.Concat(options));
            Sql($"insert into categoryoptioncombo (categoryoptioncomboid, uid, name) values ({id}, '{Uid("c" + string.Concat(options))}', '{full}'); insert into categorycombos_optioncombos values ({Id(name)}, {id})");
            foreach (var option in options)
                Sql($"insert into categoryoptioncombos_categoryoptions values ({id}, {Id(option)})");
        }

        return this;
    }

    public SampleStore Category(string name, string[] options, string type = "DISAGGREGATION")
    {
        Sql($"insert into dataelementcategory (categoryid, uid, name, shortname, datadimensiontype, datadimension) values ({New(name)}, '{Uid(name)}', '{name}', '{name}', '{type}', true)");
        for (var i = 0; i < options.Length; i++)
        {
            if (!_ids.ContainsKey(options[i]))
                Option(options[i]);
            Sql($"insert into categories_categoryoptions values ({Id(name)}, {Id(options[i])}, {i + 1})");
        }

        return this;
    }

    public SampleStore Option(string name, string? start = null, string? end = null, params string[] units)
    {
        Sql($"insert into dataelementcategoryoption (categoryoptionid, uid, name, shortname, startdate, enddate) values ({New(name)}, '{Uid(name)}', 'Option {name}', '{name}', {Date(start)}, {Date(end)})");
        foreach (var unit in units)
            Sql($"insert into categoryoption_organisationunits values ({Id(name)}, {Id(unit)})");
        return this;

        static string Date(string? day) => day is null ? "null" : $"'{day}'";
    }

    /// <summary>A group set; each group is a name and its members.</summary>
    public SampleStore GroupSet(string table, string name, string shortName, bool inherited, params (string Group, string[] Members)[] groups)
    {
        var (member, of) = table == "orgunit" ? ("organisationunitid", "orgunit") : ($"{table}id", table);
        Sql(of == "orgunit"
            ? $"insert into orgunitgroupset (orgunitgroupsetid, uid, name, shortname, compulsory, datadimension, includesubhierarchyinanalytics) values ({New(name)}, '{Uid(name)}', '{name}', '{shortName}', false, true, {inherited})"
            : $"insert into {of}groupset ({of}groupsetid, uid, name, shortname{(of == "indicator" ? "" : ", datadimension")}) values ({New(name)}, '{Uid(name)}', '{name}', '{shortName}'{(of == "indicator" ? "" : ", true")})");
        for (var i = 0; i < groups.Length; i++)
        {
            var (group, members) = groups[i];
            Sql($"insert into {of}group ({of}groupid, uid, name, shortname) values ({New(group)}, '{Uid(group)}', 'Group {group}', '{group}')");
            Sql($"insert into {of}groupsetmembers values ({Id(name)}, {Id(group)}{(of == "orgunit" ? "" : $", {i}")})");
            foreach (var m in members)
                Sql($"insert into {of}groupmembers ({of}groupid, {member}) values ({Id(group)}, {Id(m)})");
        }

        return this;
    }

    public SampleStore Value(
        string element, string unit, string period, string? value, bool deleted = false, string updated = "2024-06-01", string? combo = null, string? attribute = null) =>
        Sql($"insert into datavalue values ({Id(element)}, {PeriodId(period)}, {Id(unit)}, {(combo is null ? Default : Id(combo))}, {(attribute is null ? Default : Id(attribute))}, {(value is null ? "null" : $"'{value}'")}, 'admin', '{updated}', '{updated}', null, false, {deleted}, null)");

    public long PeriodId(string iso)
    {
        if (_periods.TryGetValue(iso, out var id))
            return id;
        var period = Period.Parse(iso);
        _periods[iso] = id = _nextId++;
        Sql($"insert into period select {id}, periodtypeid, '{period.Start:yyyy-MM-dd}', '{period.End:yyyy-MM-dd}', '{iso}' from periodtype where name = '{period.Type.Name}'");
        return id;
    }

    /// <summary>Adds a statement that runs with the next <see cref="SaveAsync"/>.</summary>
    public SampleStore Sql(string statement)
    {
        _statements.Add(statement);
        return this;
    }

    public async Task SaveAsync()
    {
        await using var write = await Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct);
        for (var i = 0; i < _statements.Count; i += 500)
            await write.Connection.ExecuteAsync(string.Join(";\n", _statements.Skip(i).Take(500)), Ct);
        await write.CommitAsync(Ct);
        _statements.Clear();
    }

    public Task<JobProgressTree> ResourceTablesAsync(CancellationToken? cancellation = null, RunFeed? feed = null) =>
        RunAsync(new ResourceTableJob(ResourceTables()), null, cancellation, feed);

    public Task<JobProgressTree> AnalyticsTablesAsync(
        AnalyticsTableParameters? parameters = null, CancellationToken? cancellation = null, RunFeed? feed = null, IWarehouse? warehouse = null) =>
        RunAsync(
            new AnalyticsTableJob(ResourceTables(), [new DataValueTable(warehouse ?? Warehouse)], Settings, Time),
            parameters,
            cancellation,
            feed);

    /// <summary>Saves, then runs a job to its end, however it ends.</summary>
    public async Task<JobProgressTree> RunAsync(IJob job, IMessage? parameters, CancellationToken? cancellation = null, RunFeed? feed = null)
    {
        if (_statements.Count > 0)
            await SaveAsync();
        feed ??= Runs.Feed(Time);
        Exception? failure = null;
        try
        {
            await job.RunAsync(
                new JobRunContext
                {
                    RunId = feed.RunId,
                    JobUid = "aB3dEfGhIj1",
                    JobName = "Job",
                    Parameters = parameters,
                    Started = Time.GetUtcNow(),
                    Zone = TimeZoneInfo.Utc,
                    Progress = Runs.Progress(feed, Time),
                },
                cancellation ?? Ct);
        }
        catch (Exception e)
        {
            failure = e;
        }

        var (outcome, error) = feed.Close(failure);
        return new JobProgressTree(outcome, error, [.. feed.Snapshot().Progress.Processes]);
    }

    public Task<List<string>> TextsAsync(string sql) => Store.TextsAsync(sql);

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private ResourceTables ResourceTables() => new(Warehouse, Settings, Time);

    private long New(string name)
    {
        _ids.Add(name, _nextId);
        return _nextId++;
    }

    private static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How a run of a job ended.</summary>
internal sealed record JobProgressTree(JobRunOutcome Outcome, string? Error, IReadOnlyList<ProcessProgress> Processes)
{
    public IEnumerable<StageProgress> Stages => Processes.SelectMany(p => p.Stages);

    public StageProgress Stage(string description) =>
        Stages.First(s => s.Description!.StartsWith(description, StringComparison.Ordinal));
}

/// <summary>Settings in memory.</summary>
internal sealed class MemorySettings : IJobSettings
{
    public ConcurrentDictionary<string, string> Values { get; } = new();

    public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken) => new(Values.GetValueOrDefault(key));

    public ValueTask SetAsync(string key, string value, CancellationToken cancellationToken)
    {
        Values[key] = value;
        return ValueTask.CompletedTask;
    }
}
