namespace Dhis2Grpc.Server.Data;

/// <summary>The members of a document of completeness registrations.</summary>
internal static class CompletenessDocument
{
    public const int DataSet = 0, Period = 1, OrganisationUnit = 2, AttributeOptionCombo = 3, Date = 4, StoredBy = 5, LastUpdatedBy = 6,
        LastUpdated = 7, Completed = 8;

    /// <summary>The shape.</summary>
    public static FlatDocumentShape Shape { get; } = new(
        "completeDataSetRegistrations",
        ["idScheme", "dataSetIdScheme", "orgUnitIdScheme", "attributeOptionComboIdScheme", "dryRun", "importStrategy", "strategy"],
        [
            "dataSet", "period", "organisationUnit", "attributeOptionCombo", "date", "storedBy", "lastUpdatedBy", "lastUpdated", "completed",
        ]);
}
