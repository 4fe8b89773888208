using Dhis2.Common.V1;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>What the OpenAPI document tells of metadata documents.</summary>
internal static class MetadataDescriptions
{
    private const string Document =
        """
        {
          "type": "object",
          "description": "Metadata objects by type, such as dataElements.",
          "additionalProperties": {"type": ["array", "object", "string"], "items": {"type": "object"}}
        }
        """;

    private static readonly DescribedParameter _fields = new("fields", "Members to write, such as id,name,parent[id].", Repeated: true);

    private static readonly DescribedParameter _skipSharing = new("skipSharing", "Without what tells who may see and change objects.", Flag);

    private static readonly DescribedParameter _defaults =
        new("defaults", "With or without the category objects named default and references to them.", Names("INCLUDE", "EXCLUDE"));

    private static readonly DescribedBody _object = new(
        "MetadataObject", """{"type":"object","description":"A stored object, or some members of it.","additionalProperties":true}""", "application/json");

    /// <summary>List of stored objects.</summary>
    public static readonly DescribedEndpoint List = new("listMetadataObjects", "Metadata", "Lists stored objects of a type")
    {
        Path = "/api/{collection}",
        Query =
        [
            _fields,
            new("filter", "Condition that objects must meet, property:operator:value.", Repeated: true),
            new("rootJunction", "Whether all filters must hold, or one.", Names("AND", "OR")),
            new("order", "Order, property:asc or property:desc.", Repeated: true),
            new("query", "UID, code or a part of the name."),
            new("paging", "All objects in one answer when false.", Flag),
            new("page", "Number of the page, from 1.", """{"type":"integer"}"""),
            new("pageSize", "Objects on a page.", """{"type":"integer"}"""),
        ],
        Response = new DescribedBody(
            "MetadataObjects",
            """
            {
              "type": "object",
              "description": "The objects under the name of their collection, and where the page stands.",
              "additionalProperties": {"type": ["array", "object"], "items": {"type": "object"}}
            }
            """,
            "application/json"),
    };

    /// <summary>One stored object.</summary>
    public static readonly DescribedEndpoint Get = new("getMetadataObject", "Metadata", "Reads a stored object")
    {
        Path = "/api/{collection}/{uid}",
        Query = [_fields],
        Response = _object,
    };

    /// <summary>One property of a stored object.</summary>
    public static readonly DescribedEndpoint GetProperty = new("getMetadataObjectProperty", "Metadata", "Reads one property of a stored object")
    {
        Path = "/api/{collection}/{uid}/{property}",
        Query = [_fields with { Meaning = "Members to write of what the property holds." }],
        Response = _object,
    };

    /// <summary>Import.</summary>
    public static readonly DescribedEndpoint Import = new("importMetadata", "Metadata", "Imports a metadata document, in one transaction")
    {
        Query =
        [
            new("importStrategy", "Which objects to write.", Names("CREATE_AND_UPDATE", "CREATE", "UPDATE", "DELETE")),
            new("atomicMode", "What an error in one object means for the others.", Names("ALL", "NONE")),
            new("importMode", "Write, or only check.", Names("COMMIT", "VALIDATE")),
            new("dryRun", "Only check.", Flag),
            new("identifier", "What objects and references are matched by.", Names("UID", "CODE")),
            new("importReportMode", "Which objects the report lists.", Names("ERRORS", "FULL", "DEBUG")),
            new("skipSharing", "Leave sharing as it is.", Flag),
            new("skipTranslation", "Leave translations as they are.", Flag),
        ],
        Request = new DescribedBody("MetadataDocument", Document, "application/json", "application/gzip"),
        Report = ImportReport.Descriptor,
    };

    /// <summary>Export.</summary>
    public static readonly DescribedEndpoint Export = new("exportMetadata", "Metadata", "Exports metadata as one document")
    {
        Query =
        [
            new("dataElements", "With the value true, and like any other type's name: only this type.", Flag),
            new("dataElements:fields", "Members to write of this type; likewise for any other.", Repeated: true),
            new("dataElements:filter", "Condition that objects of this type must meet; likewise for any other.", Repeated: true),
            new("dataElements:order", "Order of this type; likewise for any other.", Repeated: true),
            _fields, new("filter", "Condition that objects must meet, property:operator:value.", Repeated: true),
            new("order", "Order, property:asc or property:desc.", Repeated: true), _skipSharing, _defaults, new("download", "Name a file to save it as."),
        ],
        Response = new DescribedBody("MetadataDocument", Document, "application/json"),
    };

    /// <summary>Export of one object with what it needs.</summary>
    public static DescribedEndpoint Dependencies(string collection) =>
        new($"export{char.ToUpperInvariant(collection[0])}{collection[1..]}", "Metadata", "Exports one object with all that is needed to import it elsewhere")
        {
            Query = [_skipSharing, _defaults, new("download", "Name a file to save it as.")],
            Response = new DescribedBody("MetadataDocument", Document, "application/json"),
        };

    /// <summary>Export under a file's name.</summary>
    public static readonly DescribedEndpoint ExportJson = Export with { Id = "exportMetadataFile" };

    /// <summary>Compressed export.</summary>
    public static readonly DescribedEndpoint ExportGzip = Export with
    {
        Id = "exportMetadataGzip",
        Response = new DescribedBody("MetadataDocument", Document, "application/gzip"),
    };

    /// <summary>Snapshot of a version.</summary>
    public static readonly DescribedEndpoint VersionData = new("readMetadataVersion", "Metadata", "Reads the snapshot of a version: the bytes that its hash code was made of")
    {
        Response = new DescribedBody("MetadataDocument", Document, "application/json"),
    };

    /// <summary>Snapshot of a version, compressed.</summary>
    public static readonly DescribedEndpoint VersionDataGzip = new("readMetadataVersionGzip", "Metadata", "Reads the snapshot of a version as a gzip file")
    {
        Response = new DescribedBody("MetadataDocument", Document, "application/gzip"),
    };

    /// <summary>The same as a zip file.</summary>
    public static readonly DescribedEndpoint ExportZip = Export with
    {
        Id = "exportMetadataZip",
        Response = new DescribedBody("MetadataDocument", Document, "application/zip"),
    };

    /// <summary>JSON Schema of a flag.</summary>
    internal const string Flag = """{"type":"boolean"}""";

    /// <summary>JSON Schema of a choice.</summary>
    internal static string Names(params string[] names) => $$"""{"type":"string","enum":["{{string.Join("\",\"", names)}}"]}""";
}
