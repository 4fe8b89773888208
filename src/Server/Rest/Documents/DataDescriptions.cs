using Dhis2.Common.V1;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>What the OpenAPI document tells of data documents.</summary>
internal static class DataDescriptions
{
    private const string Group = "Data";
    private const string Text = """{"type":"string"}""";
    private const string Day = """{"type":"string","format":"date"}""";

    private const string DataValueSet =
        """
        {
          "type": "object",
          "description": "Data values. What stands above the values holds for all of them.",
          "properties": {
            "dataSet": {"type": "string"},
            "completeDate": {"type": "string"},
            "period": {"type": "string"},
            "orgUnit": {"type": "string"},
            "attributeOptionCombo": {"type": "string"},
            "dataValues": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "dataElement": {"type": "string"},
                  "period": {"type": "string"},
                  "orgUnit": {"type": "string"},
                  "categoryOptionCombo": {"type": "string"},
                  "attributeOptionCombo": {"type": "string"},
                  "value": {"type": "string"},
                  "storedBy": {"type": "string"},
                  "created": {"type": "string"},
                  "lastUpdated": {"type": "string"},
                  "comment": {"type": "string"},
                  "followup": {"type": "boolean"},
                  "deleted": {"type": "boolean"}
                }
              }
            }
          }
        }
        """;

    private const string Registrations =
        """
        {
          "type": "object",
          "description": "Who completed which data set when.",
          "properties": {
            "completeDataSetRegistrations": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "period": {"type": "string"},
                  "dataSet": {"type": "string"},
                  "organisationUnit": {"type": "string"},
                  "attributeOptionCombo": {"type": "string"},
                  "date": {"type": "string", "format": "date"},
                  "storedBy": {"type": "string"},
                  "lastUpdatedBy": {"type": "string"},
                  "lastUpdated": {"type": "string", "format": "date"},
                  "completed": {"type": "boolean"}
                }
              }
            }
          }
        }
        """;

    private static readonly DescribedParameter[] _schemes =
    [
        .. new[] { "idScheme", "dataElementIdScheme", "orgUnitIdScheme", "categoryOptionComboIdScheme", "dataSetIdScheme" }
            .Select(n => new DescribedParameter(n, "What objects are named by: UID, CODE, NAME or ATTRIBUTE:<uid>.")),
    ];

    private static readonly DescribedParameter[] _import =
    [
        new("dryRun", "Check and report, store nothing.", MetadataDescriptions.Flag),
        new("importStrategy", "NEW, UPDATES, NEW_AND_UPDATES, CREATE, UPDATE, CREATE_AND_UPDATE or DELETE."),
        new("async", "Answer at once; a job does the import.", MetadataDescriptions.Flag),
        new("force", "Take values outside the times at which data sets take them; needs ALL.", MetadataDescriptions.Flag),
        new("skipExistingCheck", "Write without comparing with what is stored.", MetadataDescriptions.Flag),
        new("skipAudit", "Needs F_SKIP_DATA_IMPORT_AUDIT; this server keeps no audit of data values.", MetadataDescriptions.Flag),
        new("atomic", "From version 43 on: take all values or none.", MetadataDescriptions.Flag),
        .. DataParameters.Checks.Select(n => new DescribedParameter(n, "Refuse values that break this rule.", MetadataDescriptions.Flag)),
        .. _schemes,
    ];

    private static readonly DescribedParameter[] _export =
    [
        new("dataSet", "Data sets.", Text, Repeated: true),
        new("dataElementGroup", "Data element groups.", Text, Repeated: true),
        new("dataElement", "Data elements.", Text, Repeated: true),
        new("period", "ISO periods.", Text, Repeated: true),
        new("startDate", "First day.", Day),
        new("endDate", "Last day.", Day),
        new("orgUnit", "Organisation units.", Text, Repeated: true),
        new("orgUnitGroup", "Organisation unit groups.", Text, Repeated: true),
        new("attributeOptionCombo", "Attribute option combos.", Text, Repeated: true),
        new("children", "Include the units below.", MetadataDescriptions.Flag),
        new("includeDeleted", "Include values marked deleted.", MetadataDescriptions.Flag),
        new("limit", "At most so many.", """{"type":"integer"}"""),
        .. _schemes,
    ];

    private static readonly DescribedParameter[] _sending =
    [
        new("compression", "none, gzip or zip: send a compressed file."),
        new("attachment", "Send a file of this name."),
    ];

    /// <summary>Import of data values.</summary>
    public static readonly DescribedEndpoint ImportValues = new("importDataValueSets", Group, "Imports data values, in one transaction")
    {
        Query =
        [
            .. _import,
            new("firstRowIsHeader", "The first row of a CSV document names its columns; true unless said otherwise.", MetadataDescriptions.Flag),
            new("format", "What a compressed document is written in: json, csv or xml."),
        ],
        Request = new DescribedBody(nameof(DataValueSet), DataValueSet, "application/json", "application/csv", "text/csv", "application/xml", "application/gzip", "application/zip"),
        Report = ImportSummary.Descriptor,
        Job = ImportJob.Descriptor,
    };

    /// <summary>Export of data values.</summary>
    public static readonly DescribedEndpoint ExportValues = new("exportDataValueSets", Group, "Exports data values as one document")
    {
        Query =
        [
            .. _export, .. _sending, new("format", "json, csv or xml; the Accept header says it as well."),
            new("lastUpdated", "Only values changed since."), new("lastUpdatedDuration", "Only values changed within this time, such as 10d."),
        ],
        Response = new DescribedBody(nameof(DataValueSet), DataValueSet, "application/json", "application/csv", "application/xml", "application/gzip", "application/zip"),
    };

    /// <summary>Import of registrations.</summary>
    public static readonly DescribedEndpoint ImportRegistrations = new("importCompleteDataSetRegistrations", Group, "Imports who completed which data set, in one transaction")
    {
        Query = _import,
        Request = new DescribedBody("CompleteDataSetRegistrations", Registrations, "application/json", "application/gzip", "application/zip"),
        Report = ImportSummary.Descriptor,
        Job = ImportJob.Descriptor,
    };

    /// <summary>Export of registrations.</summary>
    public static readonly DescribedEndpoint ExportRegistrations = new("exportCompleteDataSetRegistrations", Group, "Exports who completed which data set")
    {
        Query = [.. _export, .. _sending, new("created", "Only registrations changed since."), new("createdDuration", "Only registrations changed within this time, such as 10d.")],
        Response = new DescribedBody("CompleteDataSetRegistrations", Registrations, "application/json", "application/gzip", "application/zip"),
    };

    /// <summary>Export of data values in the format that the path ends with.</summary>
    public static DescribedEndpoint ExportValuesAs(string format) => ExportValues with
    {
        Id = $"exportDataValueSetsAs{char.ToUpperInvariant(format[0])}{format[1..]}",
        Response = new DescribedBody(nameof(DataValueSet), DataValueSet, $"application/{format}", "application/gzip", "application/zip"),
    };
}
