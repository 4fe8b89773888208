using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest;

/// <summary>What the OpenAPI document tells of an endpoint that is not a method of a contract.</summary>
/// <param name="Id">Name of the operation, such as importMetadata.</param>
/// <param name="Group">Where it belongs, such as Metadata.</param>
/// <param name="Summary">What it does.</param>
internal sealed record DescribedEndpoint(string Id, string Group, string Summary)
{
    /// <summary>Path under which it is documented, together with others like it; null: its own.</summary>
    public string? Path { get; init; }

    /// <summary>Query parameters by name: what they mean.</summary>
    public IReadOnlyList<DescribedParameter> Query { get; init; } = [];

    /// <summary>The body it takes; null for none.</summary>
    public DescribedBody? Request { get; init; }

    /// <summary>HTTP status of success.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Success is told in an envelope that holds a message.</summary>
    public bool Message { get; init; }

    /// <summary>The body of success, when it is no report; null for none.</summary>
    public DescribedBody? Response { get; init; }

    /// <summary>The report that it answers with, success or not: bare before version 38, in an envelope from then on.</summary>
    public MessageDescriptor? Report { get; init; }

    /// <summary>What it answers success with, bare; what is left out is told by 409 with the same in an envelope.</summary>
    public MessageDescriptor? Outcome { get; init; }

    /// <summary>What it answers with in an envelope, in place of the report, when a job does the work.</summary>
    public MessageDescriptor? Job { get; init; }

    /// <summary>Needs no login.</summary>
    public bool Anonymous { get; init; }
}

/// <summary>A query parameter.</summary>
/// <param name="Name">Name.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="Kind">JSON Schema of the value.</param>
/// <param name="Repeated">May be given several times.</param>
internal sealed record DescribedParameter(string Name, string Meaning, string Kind = """{"type":"string"}""", bool Repeated = false);

/// <summary>A body.</summary>
/// <param name="Name">Name of its schema.</param>
/// <param name="Schema">JSON Schema.</param>
/// <param name="Types">Media types; the schema is that of JSON ones.</param>
internal sealed record DescribedBody(string Name, string Schema, params string[] Types)
{
    /// <summary>A request must have it.</summary>
    public bool Required { get; init; } = true;
}
