using System.Globalization;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Data;

/// <summary>Which values or registrations to export: what, when and where.</summary>
internal sealed record ExportQuery
{
    /// <summary>UIDs of data sets.</summary>
    public IReadOnlyList<string> DataSets { get; init; } = [];

    /// <summary>UIDs of data element groups.</summary>
    public IReadOnlyList<string> DataElementGroups { get; init; } = [];

    /// <summary>UIDs of data elements.</summary>
    public IReadOnlyList<string> DataElements { get; init; } = [];

    /// <summary>Identifiers of periods.</summary>
    public IReadOnlyList<string> Periods { get; init; } = [];

    /// <summary>First day of periods.</summary>
    public DateOnly? StartDate { get; init; }

    /// <summary>Last day of periods.</summary>
    public DateOnly? EndDate { get; init; }

    /// <summary>UIDs of organisation units.</summary>
    public IReadOnlyList<string> OrgUnits { get; init; } = [];

    /// <summary>UIDs of organisation unit groups.</summary>
    public IReadOnlyList<string> OrgUnitGroups { get; init; } = [];

    /// <summary>UIDs of attribute option combos; empty: all.</summary>
    public IReadOnlyList<string> AttributeOptionCombos { get; init; } = [];

    /// <summary>Include the units below <see cref="OrgUnits"/>.</summary>
    public bool Children { get; init; }

    /// <summary>Include what is marked deleted.</summary>
    public bool IncludeDeleted { get; init; }

    /// <summary>Only what changed at or after, UTC.</summary>
    public DateTime? LastUpdated { get; init; }

    /// <summary>At most so many. Null: all.</summary>
    public int? Limit { get; init; }

    /// <summary>By what objects are named in the answer.</summary>
    public IdSchemes IdSchemes { get; init; } = new();

    /// <summary>The span of a text such as 30s, 15m, 4h or 3d.</summary>
    /// <exception cref="Dhis2Exception">E2005: it is none.</exception>
    public static TimeSpan Duration(string text)
    {
        if (text.Length > 1 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            switch (text[^1])
            {
                case 's': return TimeSpan.FromSeconds(number);
                case 'm': return TimeSpan.FromMinutes(number);
                case 'h': return TimeSpan.FromHours(number);
                case 'd' when number < 1_000_000: return TimeSpan.FromDays(number);
            }
        }
        throw Refused("E2005", $"Duration is not valid: `{text}`");
    }

    /// <summary>Checks that the query says when and where, and does not contradict itself.</summary>
    /// <exception cref="Dhis2Exception">It does; the codes are DHIS2's.</exception>
    public void Check()
    {
        if (Periods.Count == 0 && (StartDate is null || EndDate is null) && LastUpdated is null)
            throw Refused("E2002", "At least one period, start/end dates, last updated or last updated duration must be specified");
        if (Periods.Count > 0 && (StartDate is not null || EndDate is not null))
            throw Refused("E2003", "Both periods and start/end date cannot be specified");
        if (StartDate > EndDate)
            throw Refused("E2004", "Start date must be before end date");
        if (OrgUnits.Count == 0 && OrgUnitGroups.Count == 0)
            throw Refused("E2006", "At least one organisation unit or organisation unit group must be specified");
        if (Children && OrgUnitGroups.Count > 0)
            throw Refused("E2007", "Organisation unit children cannot be included for organisation unit groups");
        if (Children && OrgUnits.Count == 0)
            throw Refused("E2008", "At least one organisation unit must be specified when children are included");
        if (Limit < 0)
            throw Refused("E2009", string.Create(CultureInfo.InvariantCulture, $"Limit cannot be less than zero: `{Limit}`"));
    }

    /// <summary>A query that DHIS2 answers with 409.</summary>
    public static Dhis2Exception Refused(string code, string message) => new(ErrorKind.Conflict, message, code);
}
