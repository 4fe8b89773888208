using System.Text.Json.Nodes;
using Dhis2.Common.V1;
using Dhis2.Rest.V1;
using Dhis2Grpc.Server.Rest.Schema;
using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Dhis2Grpc.Server.Rest.OpenApi;

/// <summary>Describes operations: methods of the contracts by their routes, other endpoints by what they say of
/// themselves.</summary>
internal sealed class OpenApiOperations(OpenApiDocument document, SchemaComponents schemas, ContractComments comments)
{
    private const string Json = "application/json";

    /// <summary>The operation of a method.</summary>
    public OpenApiOperation Of(RestRoute route, HashSet<string> pathFields)
    {
        var said = comments.Of(route.Method);
        var operation = new OpenApiOperation
        {
            Summary = ContractComments.Summary(said),
            Description = said,
            Tags = Tag(route.Method.Service.Name.Replace("Service", "", StringComparison.Ordinal), comments.Of(route.Method.Service)),
            Parameters = [.. route.Request.Query.Where(f => !pathFields.Contains(f.Name)).Select(QueryParameter)],
            RequestBody = route.Request.HasBody ? RequestOf(route) : null,
            Responses = new OpenApiResponses { [Status(route.SuccessStatus)] = ResponseOf(route) },
        };
        if (route.Options.Patch)
            operation.Responses["204"] = new OpenApiResponse { Description = "The members were replaced." };
        AddFailures(operation.Responses);
        return operation;
    }

    /// <summary>The operation of another endpoint.</summary>
    public OpenApiOperation Of(DescribedEndpoint endpoint)
    {
        var operation = new OpenApiOperation
        {
            OperationId = endpoint.Id,
            Summary = endpoint.Summary,
            Description = endpoint.Summary + ".",
            Tags = Tag(endpoint.Group, ""),
            Parameters = [.. endpoint.Query.Select(QueryParameter)],
            RequestBody = endpoint.Request is { } request ? new OpenApiRequestBody { Required = request.Required, Content = Content(request) } : null,
            Responses = [],
        };
        if (endpoint.Report is { } report)
        {
            List<IOpenApiSchema> shapes = [schemas.Envelope(report), schemas.Output(report)];
            if (endpoint.Job is { } job)
                shapes.Add(schemas.Envelope(job));
            var body = new OpenApiSchema { AnyOf = shapes };
            foreach (var (status, text) in new[] { ("200", "It was stored."), ("409", "Something was left out, or nothing was stored; the report tells.") })
                operation.Responses[status] = new OpenApiResponse { Description = text, Content = Content(Json, body) };
        }
        else if (endpoint.Outcome is { } outcome)
        {
            operation.Responses["200"] = new OpenApiResponse { Description = "It was done.", Content = Content(Json, schemas.Output(outcome)) };
            operation.Responses["409"] = new OpenApiResponse
            {
                Description = "Something was left out, or nothing was done; the response tells, if there is one.",
                Content = Content(Json, schemas.Envelope(outcome)),
            };
        }
        else
        {
            operation.Responses[Status(endpoint.Status)] = new OpenApiResponse
            {
                Description = "Success.",
                Content = endpoint.Message ? Content(Json, schemas.Envelope(null)) : endpoint.Response is { } response ? Content(response) : null,
            };
        }

        if (endpoint.Anonymous)
            operation.Security = [];
        AddFailures(operation.Responses);
        return operation;
    }

    /// <summary>An endpoint that says nothing of itself.</summary>
    public OpenApiOperation OfUnknown(string method, string path)
    {
        var operation = new OpenApiOperation
        {
            Summary = $"{method} {path}",
            Description = $"{method} {path}.",
            Tags = Tag("Other", "Everything else."),
            Responses = new OpenApiResponses { ["200"] = new OpenApiResponse { Description = "Success.", Content = Content(Json, new OpenApiSchema()) } },
        };
        AddFailures(operation.Responses);
        return operation;
    }

    /// <summary>A variable of a path.</summary>
    public OpenApiParameter PathParameter(string name, FieldDescriptor? field) => new()
    {
        Name = name,
        In = ParameterLocation.Path,
        Required = true,
        Description = field is null ? $"Which {name}." : comments.Of(field),
        Schema = field is null ? new OpenApiSchema { Type = JsonSchemaType.String } : WithoutDescription(schemas.Input(field)),
    };

    private OpenApiParameter QueryParameter(FieldDescriptor field) => new()
    {
        Name = field.JsonName,
        In = ParameterLocation.Query,
        Description = comments.Of(field),
        Explode = field.IsRepeated,
        Style = ParameterStyle.Form,
        Schema = WithoutDescription(schemas.Input(field)),
    };

    private OpenApiParameter QueryParameter(DescribedParameter parameter)
    {
        var value = OpenApiModelFactory.Parse<OpenApiSchema>(parameter.Kind, OpenApiSpecVersion.OpenApi3_1, document, out _)!;
        return new OpenApiParameter
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Meaning,
            Explode = parameter.Repeated,
            Style = ParameterStyle.Form,
            Schema = parameter.Repeated ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = value } : value,
        };
    }

    private OpenApiRequestBody RequestOf(RestRoute route)
    {
        var request = route.Request;
        Dictionary<string, IOpenApiMediaType> content;
        if (request.Operation is { } operation)
        {
            content = Content(Json, new OpenApiSchema { Type = JsonSchemaType.Object, Description = "Members to replace; without version and up to 40." });
            content["application/json-patch+json"] = new OpenApiMediaType
            {
                Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = schemas.Input(operation) },
            };
        }
        else if (request.TextBody is { } text)
        {
            var value = schemas.Input(text);
            content = Content(Json, new OpenApiSchema { AnyOf = [value, schemas.Input(request.Body)] });
            content["text/plain"] = new OpenApiMediaType { Schema = value };
        }
        else
        {
            content = Content(Json, schemas.Input(request.Body));
        }

        return new OpenApiRequestBody { Required = !route.Options.OptionalBody, Content = content };
    }

    private OpenApiResponse ResponseOf(RestRoute route)
    {
        var response = new OpenApiResponse { Description = "Success." };
        if (route.Location is not null)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Location"] = new OpenApiHeader { Description = "Where the object is served.", Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uri" } },
            };
        }

        if (route.Options.EmptyResponse)
            return response;
        if (route.IsText)
        {
            response.Content = Content("text/plain", new OpenApiSchema { Type = JsonSchemaType.String });
            return response;
        }

        if (route.Stream is { } stream)
        {
            response.Description = "One event a line, or server-sent events when asked for; the schema is that of one event.";
            var one = schemas.Output(stream.Plan.Descriptor);
            response.Content = Content("application/x-ndjson", one);
            response.Content["text/event-stream"] = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
            return response;
        }

        if (route.Options.Envelope == Dhis2.Rest.V1.Envelope.WebMessage)
        {
            response.Content = Content(Json, schemas.Envelope(route.Enveloped));
            return response;
        }

        var body = route.Body is { } field ? schemas.Output(field) : schemas.Output(route.Method.OutputType);
        if (route.ArrayUntil40 is { } array)
        {
            response.Description = "Success. An array without version and up to 40; from 41 on an object, or no body when there is nothing.";
            response.AddExtension("x-may-be-empty", new JsonNodeExtension(JsonValue.Create(true)));
            body = new OpenApiSchema { OneOf = [schemas.Output(array), body] };
        }

        if (route.Options.MayBeEmpty)
        {
            response.Description = "Success. No body when there is nothing.";
            response.AddExtension("x-may-be-empty", new JsonNodeExtension(JsonValue.Create(true)));
        }

        response.Content = Content(Json, body);
        return response;
    }

    private Dictionary<string, IOpenApiMediaType> Content(DescribedBody body) => body.Types.ToDictionary(t => t, IOpenApiMediaType (t) =>
        new OpenApiMediaType
        {
            Schema = t == Json ? schemas.Named(body.Name, body.Schema) : new OpenApiSchema { Type = JsonSchemaType.String },
        });

    private static Dictionary<string, IOpenApiMediaType> Content(string type, IOpenApiSchema schema) => new() { [type] = new OpenApiMediaType { Schema = schema } };

    private void AddFailures(OpenApiResponses responses)
    {
        responses["302"] = LogIn();
        responses["401"] = Failure("Unauthorized", "No login, or a wrong one.");
        responses["default"] = Failure("Failure", "Any failure.");
    }

    private OpenApiResponseReference LogIn()
    {
        const string name = "LogIn";
        if (document.Components?.Responses?.ContainsKey(name) is not true)
            document.AddComponent(name, new OpenApiResponse { Description = "To a person in a browser who has no login: the page to log in, in `Location`." });
        return new OpenApiResponseReference(name, document);
    }

    private OpenApiResponseReference Failure(string name, string description)
    {
        if (document.Components?.Responses?.ContainsKey(name) is not true)
            document.AddComponent(name, new OpenApiResponse { Description = description, Content = Content(Json, schemas.Envelope(ObjectReport.Descriptor)) });
        return new OpenApiResponseReference(name, document);
    }

    private HashSet<OpenApiTagReference> Tag(string name, string description)
    {
        document.Tags ??= new HashSet<OpenApiTag>();
        if (document.Tags.FirstOrDefault(t => t.Name == name) is not { } tag)
            document.Tags.Add(new OpenApiTag { Name = name, Description = description.Length > 0 ? description : $"{name}, as documents." });
        else if (description.Length > 0)
            tag.Description = description;
        return [new OpenApiTagReference(name, document)];
    }

    private static IOpenApiSchema WithoutDescription(IOpenApiSchema shape)
    {
        shape.Description = null;
        return shape;
    }

    private static string Status(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
