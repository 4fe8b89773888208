using System.Globalization;
using Dhis2Grpc.Server.Rest.Schema;
using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.OpenApi;

namespace Dhis2Grpc.Server.Rest.OpenApi;

/// <summary>The OpenAPI document of everything under <c>/api</c>, made of the routes that the server has. It is made on
/// first use and kept: routes do not change.</summary>
internal sealed class OpenApiDocumentation(IEnumerable<EndpointDataSource> sources, RestSchema schema)
{
    private const string Prefix = "/api";

    private readonly Lazy<Task<byte[]>> _json = new(() => SerializeAsync(sources, schema));

    /// <summary>The document as JSON.</summary>
    public Task<byte[]> JsonAsync() => _json.Value;

    private static async Task<byte[]> SerializeAsync(IEnumerable<EndpointDataSource> sources, RestSchema schema)
    {
        using var stream = new MemoryStream();
        await Build(sources, schema).SerializeAsJsonAsync(stream, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        return stream.ToArray();
    }

    private static OpenApiDocument Build(IEnumerable<EndpointDataSource> sources, RestSchema schema)
    {
        var document = new OpenApiDocument
        {
            Info = new OpenApiInfo
            {
                Title = "Dhis2Grpc",
                Version = typeof(OpenApiDocumentation).Assembly.GetName().Version!.ToString(3),
                Description = "DHIS2's web API for scheduling, with the metadata and data around it. Requests are read as leniently as DHIS2 "
                    + "reads them: numbers may be texts, empty texts are absent, unknown members are dropped.",
                Contact = new OpenApiContact { Name = "Dhis2Grpc" },
            },
            Paths = [],
            Components = new OpenApiComponents(),
        };
        document.Servers =
        [
            new OpenApiServer { Url = Prefix, Description = "The version of the original document." },
            .. RestVersion.All.Select(v => new OpenApiServer { Url = RestVersion.ApiPrefix(v), Description = string.Create(CultureInfo.InvariantCulture, $"As DHIS2 2.{v}.") }),
        ];
        document.AddComponent("basic", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic" });
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("basic", document)] = [] }];
        AddPaths(document, Routes(sources, schema), schema);
        document.Tags = document.Tags?.OrderBy(t => t.Name, StringComparer.Ordinal).ToHashSet();
        return document;
    }

    private static void AddPaths(OpenApiDocument document, List<Documented> routes, RestSchema schema)
    {
        var comments = new ContractComments();
        var selectable = new HashSet<MessageDescriptor>();
        foreach (var message in routes.SelectMany(r => r.Route?.Selectable ?? []))
            AddReachable(message, selectable, schema);
        var operations = new OpenApiOperations(document, new SchemaComponents(document, schema, comments, selectable), comments);
        var paths = new PathNames();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var route in routes)
        {
            var (path, variables) = paths.Of(route.Path[Prefix.Length..]);
            var operation = route switch
            {
                { Route: { } rpc } => operations.Of(rpc, [.. variables.Select(v => v.Field)]),
                { Described: { } described } => operations.Of(described),
                _ => operations.OfUnknown(route.Method, path),
            };
            if (route.Anonymous)
                operation.Security = [];
            operation.OperationId = Unique(operation.OperationId ?? IdOf(route, path), ids);
            operation.Parameters =
            [
                .. variables.Select(v => operations.PathParameter(v.Name, route.Route is { } r ? FieldPath.Resolve(r.Method.InputType, v.Field)[^1] : null)),
                .. operation.Parameters ?? [],
            ];
            if (!document.Paths.TryGetValue(path, out var item))
                document.Paths[path] = item = new OpenApiPathItem();
            ((OpenApiPathItem)item).AddOperation(HttpMethod.Parse(route.Method), operation);
        }
    }

    private static List<Documented> Routes(IEnumerable<EndpointDataSource> sources, RestSchema schema) =>
    [
        .. (from endpoint in sources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            let described = endpoint.Metadata.GetMetadata<DescribedEndpoint>()
            let path = described?.Path ?? "/" + endpoint.RoutePattern.RawText?.TrimStart('/')
            where path.StartsWith(Prefix + "/", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<UndocumentedEndpoint>() is null
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            let rpc = endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>()
            // A method's own path goes before its other ones, and so has the operation's plain name.
            orderby IsAdditional(rpc), path, method
            select new Documented(
                method, path,
                rpc is null ? null : new RestRoute(rpc.MethodDescriptor, rpc.HttpRule, schema),
                described,
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null))
            .DistinctBy(r => (r.Method, r.Path)),
    ];

    private static bool IsAdditional(GrpcJsonTranscodingMetadata? rpc) => rpc is not null
        && rpc.MethodDescriptor.GetOptions()?.GetExtension(Google.Api.AnnotationsExtensions.Http) is { } first
        && !(first.PatternCase == rpc.HttpRule.PatternCase && PatternOf(first) == PatternOf(rpc.HttpRule));

    private static string PatternOf(HttpRule rule) => rule.Get + rule.Put + rule.Post + rule.Delete + rule.Patch + rule.Custom?.Path;

    private static void AddReachable(MessageDescriptor message, HashSet<MessageDescriptor> found, RestSchema schema)
    {
        if (!found.Add(message))
            return;
        foreach (var member in schema.Write(message).Members.Where(m => m.Nested is not null))
            AddReachable(member.Nested!().Descriptor, found, schema);
    }

    private static string IdOf(Documented route, string path)
    {
        var name = route.Route?.Method.Name ?? string.Concat(new[] { route.Method.ToLowerInvariant() }
            .Concat(path.Split('/', '.', '{', '}').Where(p => p.Length > 0).Select(p => char.ToUpperInvariant(p[0]) + p[1..])));
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static string Unique(string id, HashSet<string> taken)
    {
        var unique = id;
        for (var n = 2; !taken.Add(unique); n++)
            unique = id + n.ToString(CultureInfo.InvariantCulture);
        return unique;
    }

    private sealed record Documented(string Method, string Path, RestRoute? Route, DescribedEndpoint? Described, bool Anonymous);
}
