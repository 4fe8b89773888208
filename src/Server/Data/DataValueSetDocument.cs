namespace Dhis2Grpc.Server.Data;

/// <summary>The members of a data value set document.</summary>
internal static class DataValueSetDocument
{
    public const int DataElement = 0, Period = 1, OrgUnit = 2, CategoryOptionCombo = 3, AttributeOptionCombo = 4, Value = 5,
        StoredBy = 6, Created = 7, LastUpdated = 8, Comment = 9, Followup = 10, Deleted = 11, FollowUp = 12;

    /// <summary>The shape.</summary>
    public static FlatDocumentShape Shape { get; } = new(
        "dataValues",
        [
            "dataSet", "completeDate", "period", "orgUnit", "attributeOptionCombo", "dryRun", "strategy", "importStrategy",
            "idScheme", "dataElementIdScheme", "orgUnitIdScheme", "categoryOptionComboIdScheme", "dataSetIdScheme",
        ],
        [
            "dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo", "value",
            "storedBy", "created", "lastUpdated", "comment", "followup", "deleted", "followUp",
        ]);
}

/// <summary>What a data value set document says of itself as a whole.</summary>
internal sealed record DataValueSetHeader
{
    /// <summary>Data set that the values are of.</summary>
    public string? DataSet { get; init; }

    /// <summary>Day on which the data set was completed.</summary>
    public string? CompleteDate { get; init; }

    /// <summary>Period of values that name none.</summary>
    public string? Period { get; init; }

    /// <summary>Organisation unit of values that name none.</summary>
    public string? OrgUnit { get; init; }

    /// <summary>Attribute option combo of values that name none.</summary>
    public string? AttributeOptionCombo { get; init; }

    /// <summary>Check only.</summary>
    public bool DryRun { get; init; }

    /// <summary>Which values to write, when the document says it.</summary>
    public ImportStrategy? Strategy { get; init; }

    /// <summary>By what objects are named.</summary>
    public IdSchemes IdSchemes { get; init; } = new();

    /// <summary>The header with one more member of the document.</summary>
    public DataValueSetHeader With(int member, string text) => DataValueSetDocument.Shape.HeaderName(member) switch
    {
        "dataSet" => this with { DataSet = text },
        "completeDate" => this with { CompleteDate = text },
        "period" => this with { Period = text },
        "orgUnit" => this with { OrgUnit = text },
        "attributeOptionCombo" => this with { AttributeOptionCombo = text },
        "dryRun" => this with { DryRun = text == "true" },
        "idScheme" => this with { IdSchemes = IdSchemes with { Any = IdScheme.Parse(text) } },
        "dataElementIdScheme" => this with { IdSchemes = IdSchemes with { DataElement = IdScheme.Parse(text) } },
        "orgUnitIdScheme" => this with { IdSchemes = IdSchemes with { OrgUnit = IdScheme.Parse(text) } },
        "categoryOptionComboIdScheme" => this with { IdSchemes = IdSchemes with { CategoryOptionCombo = IdScheme.Parse(text) } },
        "dataSetIdScheme" => this with { IdSchemes = IdSchemes with { DataSet = IdScheme.Parse(text) } },
        _ => this with { Strategy = text.Length == 0 ? Strategy : ImportStrategies.Parse(text) },
    };
}
