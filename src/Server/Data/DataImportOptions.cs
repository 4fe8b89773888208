using System.Text.Json.Serialization;

namespace Dhis2Grpc.Server.Data;

/// <summary>How to import data values. What the document says itself wins over schemes and dry run given here.</summary>
internal sealed record DataImportOptions
{
    /// <summary>Check and report, store nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Which values to write.</summary>
    public ImportStrategy Strategy { get; init; } = ImportStrategy.CreateAndUpdate;

    /// <summary>Which values must agree with the data sets of their data elements.</summary>
    public StrictChecks Strict { get; init; }

    /// <summary>By what objects are named.</summary>
    public IdSchemes IdSchemes { get; init; } = new();

    /// <summary>What the document is written in.</summary>
    public DocumentFormat Format { get; init; }

    /// <summary>The first row of a CSV document names its columns.</summary>
    public bool FirstRowIsHeader { get; init; } = true;

    /// <summary>Take values outside the times at which data sets take them; for holders of all authorities only.</summary>
    public bool Force { get; init; }

    /// <summary>The node that sends what changed there; null when anybody else imports.</summary>
    public DataSender? Sender { get; init; }

    /// <summary>Write without comparing with what is stored: every value counts as new.</summary>
    public bool SkipExistingCheck { get; init; }

    /// <summary>By the rules of which releases of DHIS2 values are taken.</summary>
    public ImportRelease Release { get; init; }

    /// <summary>From 2.43 on: values of a document that names no data set are taken for the data set of each.</summary>
    public bool AutoGroup { get; init; }

    /// <summary>From 2.43 on: take all values or none.</summary>
    public bool Atomic { get; init; }

    /// <summary>Under what to keep what the import did, so that it is done once however often it is tried; null: it is tried once.</summary>
    [JsonIgnore]
    public string? Receipt { get; init; }
}

/// <summary>Releases of DHIS2 that import data alike.</summary>
internal enum ImportRelease
{
    /// <summary>2.42 and before: value by value.</summary>
    UpTo42,

    /// <summary>2.43 and later: data set by data set.</summary>
    From43,
}

/// <summary>What a document is written in.</summary>
internal enum DocumentFormat
{
    /// <summary>JSON.</summary>
    Json,

    /// <summary>Comma-separated values.</summary>
    Csv,

    /// <summary>XML.</summary>
    Xml,
}

/// <summary>By what a document names objects.</summary>
internal sealed record IdSchemes
{
    /// <summary>All kinds for which nothing else is said. Default: by UID.</summary>
    public IdScheme? Any { get; init; }

    /// <summary>Data elements.</summary>
    public IdScheme? DataElement { get; init; }

    /// <summary>Organisation units.</summary>
    public IdScheme? OrgUnit { get; init; }

    /// <summary>Category and attribute option combos.</summary>
    public IdScheme? CategoryOptionCombo { get; init; }

    /// <summary>Data sets.</summary>
    public IdScheme? DataSet { get; init; }

    /// <summary>The schemes of DHIS2's names; an empty one says nothing.</summary>
    /// <exception cref="Errors.Dhis2Exception">There is no such scheme.</exception>
    public static IdSchemes Parse(string? any, string? dataElement, string? orgUnit, string? categoryOptionCombo, string? dataSet) => new()
    {
        Any = IdScheme.Parse(any),
        DataElement = IdScheme.Parse(dataElement),
        OrgUnit = IdScheme.Parse(orgUnit),
        CategoryOptionCombo = IdScheme.Parse(categoryOptionCombo),
        DataSet = IdScheme.Parse(dataSet),
    };

    /// <summary>The same, with what another says in place of what this one does.</summary>
    public IdSchemes With(IdSchemes other) => new()
    {
        Any = other.Any ?? Any,
        DataElement = other.DataElement ?? DataElement,
        OrgUnit = other.OrgUnit ?? OrgUnit,
        CategoryOptionCombo = other.CategoryOptionCombo ?? CategoryOptionCombo,
        DataSet = other.DataSet ?? DataSet,
    };

    /// <summary>The scheme of a kind of object.</summary>
    /// <param name="own">What is said of the kind itself.</param>
    public IdScheme Of(IdScheme? own) => own ?? Any ?? IdScheme.Uid;

    /// <summary>What is said, by DHIS2's member names.</summary>
    public Dictionary<string, string> Named()
    {
        var named = new Dictionary<string, string>();
        Add("idScheme", Any);
        Add("dataElementIdScheme", DataElement);
        Add("orgUnitIdScheme", OrgUnit);
        Add("categoryOptionComboIdScheme", CategoryOptionCombo);
        Add("dataSetIdScheme", DataSet);
        return named;

        void Add(string name, IdScheme? scheme)
        {
            if (scheme is { } known)
                named[name] = known.Text;
        }
    }
}
