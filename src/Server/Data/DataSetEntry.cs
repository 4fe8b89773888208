using System.Data.Common;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Periods;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>What an import must know of a data set: until when and from when on its periods take values.</summary>
internal sealed record DataSetEntry
{
    /// <summary>Key.</summary>
    public required long Id { get; init; }

    /// <summary>UID.</summary>
    public required string Uid { get; init; }

    /// <summary>Type of its periods.</summary>
    public required PeriodType PeriodType { get; init; }

    /// <summary>Key of the category combo that its attribute option combos are of.</summary>
    public long CategoryCombo { get; init; }

    /// <summary>Days after the end of a period for which it takes values; 0: for ever.</summary>
    public int ExpiryDays { get; init; }

    /// <summary>How many periods are open, counted from the current one.</summary>
    public int OpenFuturePeriods { get; init; }

    /// <summary>How many periods after the end of a category option it takes values for that option.</summary>
    public int OpenPeriodsAfterEnd { get; init; }

    /// <summary>The periods that take values, and when; empty: all.</summary>
    public IReadOnlyList<InputPeriod> InputPeriods { get; init; } = [];

    /// <summary>When it was made.</summary>
    public DateTime? Created { get; init; }

    /// <summary>A comment stands in for a value.</summary>
    public bool NoValueRequiresComment { get; init; }

    /// <summary>Key of the workflow in which its data is approved; null: it is not.</summary>
    public long? Workflow { get; init; }

    /// <summary>Who may enter data; null: everybody.</summary>
    public Sharing? Sharing { get; init; }

    /// <summary>Whether the data set no longer takes values of the period on the day.</summary>
    public bool IsExpired(Period period, DateOnly day) => ExpiryDays > 0 && day > period.End.AddDays(ExpiryDays);

    /// <summary>The last period that takes values on the day. With no open future periods the current one is not open yet.</summary>
    public Period LatestOpen(DateOnly day) => PeriodType.Shift(PeriodType.Containing(day), OpenFuturePeriods - 1);

    /// <summary>All data sets, with the identifiers of the scheme.</summary>
    public static async Task<List<(string? Identifier, DataSetEntry Entry)>> LoadAsync(DbConnection connection, IdScheme scheme, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            $"""
            select {scheme.Sql("dataSets", "d")}, d.datasetid, d.uid, t.name, d.categorycomboid, coalesce(d.expirydays, 0),
                coalesce(d.openfutureperiods, 0), coalesce(d.openperiodsaftercoenddate, 0), json_extract(o.json, '$.dataInputPeriods'),
                d.created, coalesce(d.novaluerequirescomment, false), d.workflowid, {Sharing.Sql.Replace("json,", "o.json,", StringComparison.Ordinal)}
            from dataset d join periodtype t using (periodtypeid) left join object o on o.type = 'dataSets' and o.uid = d.uid
            """,
            row => (row.Text(0), Entry: Read(row)), cancellationToken);
        return [.. rows.Where(r => r.Entry is not null).Select(r => (r.Item1, r.Entry!))];
    }

    private static DataSetEntry? Read(DbDataReader row) => !PeriodType.TryGet(row.GetString(3), out var type) ? null : new DataSetEntry
    {
        Id = row.GetInt64(1),
        Uid = row.GetString(2),
        PeriodType = type,
        CategoryCombo = row.GetInt64(4),
        ExpiryDays = (int)Math.Clamp(row.GetDouble(5), 0, 100_000),
        OpenFuturePeriods = Math.Clamp(row.GetInt32(6), -10_000, 10_000),
        OpenPeriodsAfterEnd = Math.Clamp(row.GetInt32(7), 0, 10_000),
        InputPeriods = InputPeriod.Parse(row.Text(8)),
        Created = row.IsDBNull(9) ? null : row.GetDateTime(9),
        NoValueRequiresComment = row.GetBoolean(10),
        Workflow = row.IsDBNull(11) ? null : row.GetInt64(11),
        Sharing = row.IsDBNull(12) ? null : Sharing.Parse(row.GetFieldValue<List<string?>>(12)),
    };
}

/// <summary>A period of a data set that takes values, and between which instants.</summary>
/// <param name="Period">The period.</param>
/// <param name="Opens">From when on; null: always.</param>
/// <param name="Closes">Until when; null: for ever.</param>
internal readonly record struct InputPeriod(Period Period, DateOnly? Opens, DateOnly? Closes)
{
    /// <summary>Whether values of the period are taken on the day.</summary>
    public bool Takes(Period period, DateOnly today) => Period == period && !(today < Opens) && !(today > Closes);

    /// <summary>Reads a data set's dataInputPeriods.</summary>
    public static IReadOnlyList<InputPeriod> Parse(string? json)
    {
        if (json is null)
            return [];
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            return [];
        var periods = new List<InputPeriod>();
        foreach (var item in document.RootElement.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.Object))
        {
            var named = item.TryGetProperty("period", out var of) ? of : default;
            var iso = named.ValueKind == JsonValueKind.Object ? Text(named, "id") ?? Text(named, "isoPeriod") : Text(item, "period");
            if (Period.TryParse(iso, out var period))
                periods.Add(new InputPeriod(period, Day(item, "openingDate"), Day(item, "closingDate")));
        }

        return periods;
    }

    private static DateOnly? Day(JsonElement of, string name) =>
        Text(of, name) is { } text && WireTime.TryParse(Encoding.UTF8.GetBytes(text), out var time) ? DateOnly.FromDateTime(time) : null;

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
