using System.Text.Json;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Rest.Schema;
using Dhis2Grpc.Server.Rest.Writing;
using Dhis2Grpc.Server.Rest.Writing.Stored;
using Dhis2Grpc.Server.Security;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Stored objects of every type under <c>/api/{collection}</c>: lists, single objects and their properties.</summary>
internal static class MetadataRoutes
{
    private const string DefaultListFields = "id,displayName";

    /// <summary>Maps the routes of the known types. Each is a route of its own, so that other methods on it, and other paths,
    /// are told apart as everywhere.</summary>
    public static void MapMetadataRoutes(this IEndpointRouteBuilder app)
    {
        foreach (var type in MetadataTypes.InOrder.Select(t => t.Collection).Where(IsServed))
        {
            app.MapGet($"/api/{type}", (RequestDelegate)(http => ListAsync(http, type))).WithMetadata(MetadataDescriptions.List);
            app.MapGet($"/api/{type}/{{uid}}", (RequestDelegate)(http => GetAsync(http, type, Value(http, "uid")))).WithMetadata(MetadataDescriptions.Get);
            app.MapGet($"/api/{type}/{{uid}}/{{property}}", (RequestDelegate)(http => GetPropertyAsync(http, type, Value(http, "uid"), Value(http, "property"))))
                .WithMetadata(MetadataDescriptions.GetProperty);
        }
    }

    /// <summary>Serves the types that only documents know, in the same way; follows routing.</summary>
    public static void UseOtherCollections(this IApplicationBuilder app)
    {
        var types = app.ApplicationServices.GetRequiredService<StoredTypes>();
        app.Use((http, next) =>
        {
            if (http.GetEndpoint() is null && HttpMethods.IsGet(http.Request.Method) && http.Request.Path.Value is { } path
                && path.Split('/', StringSplitOptions.RemoveEmptyEntries) is ["api", var type, .. { Length: <= 2 } rest] && IsServed(type) && types.Contains(type))
                http.SetEndpoint(new Endpoint(Handler(type, rest), EndpointMetadataCollection.Empty, $"/api/{type}"));
            return next(http);
        });
    }

    private static RequestDelegate Handler(string type, string[] rest) => rest switch
    {
        [] => http => ListAsync(http, type),
        [var uid] => http => GetAsync(http, type, uid),
        _ => http => GetPropertyAsync(http, type, rest[0], rest[1]),
    };

    // Job configurations are served from the job store.
    private static bool IsServed(string collection) => collection != "jobConfigurations";

    private static string Value(HttpContext http, string name) => http.Request.RouteValues[name]!.ToString()!;

    private static async Task ListAsync(HttpContext http, string collection)
    {
        var services = http.RequestServices;
        var (objects, formatter) = (services.GetRequiredService<MetadataObjects>(), services.GetRequiredService<RestFormatter>());
        var query = http.Request.Query;
        var selection = Selection(query, DefaultListFields);
        await using var listing = await objects.ListAsync(collection, new MetadataQuery
        {
            Filters = [.. query["filter"].Select(f => ListFilter.Parse(f ?? ""))],
            Any = ListFilter.IsAny(query["rootJunction"]),
            Orders = [.. ListOrder.Parse(query["order"].OfType<string>())],
            Search = query["query"],
            Zone = services.GetRequiredService<IOptions<RestOptions>>().Value.Zone,
        }, http.RequestAborted);

        var scope = formatter.ScopeOf(http);
        var output = formatter.Rent();
        try
        {
            output.StartObject();
            IAsyncEnumerable<StoredObject> found;
            if ("false".Equals(query["paging"], StringComparison.OrdinalIgnoreCase))
            {
                found = listing.ReadAsync(http.RequestAborted);
            }
            else
            {
                var page = Page.Of(Number(http, "page"), Number(http, "pageSize"), "", await listing.CountAsync(http.RequestAborted));
                var pager = page.Pager;
                PageLinks.Fill(pager, http, scope);
                output.Name("pager");
                services.GetRequiredService<RestSchema>().Write(Pager.Descriptor).Write(output, pager, null, scope);
                found = listing.ReadAsync(page.Offset, page.Size, http.RequestAborted);
            }

            output.Name(collection);
            output.StartArray();
            await new ObjectBatches(objects, output, scope, http.Caller()).WriteAsync(http.Response, found, selection, http.RequestAborted);
            output.EndArray();
            output.EndObject();
            await SendAsync(http, output);
        }
        finally
        {
            formatter.Return(output);
        }
    }

    private static async Task GetAsync(HttpContext http, string collection, string uid)
    {
        var objects = http.RequestServices.GetRequiredService<MetadataObjects>();
        await WriteOneAsync(http, await objects.GetAsync(collection, uid, http.RequestAborted), Selection(http.Request.Query, "*"), objects);
    }

    private static async Task GetPropertyAsync(HttpContext http, string collection, string uid, string property)
    {
        var objects = http.RequestServices.GetRequiredService<MetadataObjects>();
        var found = await objects.GetAsync(collection, uid, http.RequestAborted);
        using (var document = JsonDocument.Parse(found.Json))
        {
            if (property is not ("created" or "lastUpdated" or "displayName" or "href") && !ComputedMembers.IsComputed(collection, property)
                && (SecretMembers.IsSecret(property)
                    || (!document.RootElement.TryGetProperty(property, out _) && !await objects.HasPropertyAsync(collection, property, http.RequestAborted))))
                throw new Dhis2Exception(ErrorKind.NotFound, $"Property {property} does not exist on {MetadataTypes.Of(collection).Class}", "E1005");
        }

        // What `fields` says is meant for what the property holds.
        var nested = FieldFilter.Parse(string.Join(',', http.Request.Query["fields"].OfType<string>()));
        var selection = StoredSelection.Compile([new FieldFilter(property, false, nested.Count > 0 ? nested : null, [])]);
        await WriteOneAsync(http, found, selection, objects);
    }

    private static async Task WriteOneAsync(HttpContext http, StoredObject found, StoredSelection selection, MetadataObjects objects)
    {
        var formatter = http.RequestServices.GetRequiredService<RestFormatter>();
        var output = formatter.Rent();
        try
        {
            await new ObjectBatches(objects, output, formatter.ScopeOf(http), http.Caller()).WriteAsync([found], selection, http.RequestAborted);
            await SendAsync(http, output);
        }
        finally
        {
            formatter.Return(output);
        }
    }

    private static StoredSelection Selection(IQueryCollection query, string fallback)
    {
        var text = string.Join(',', query["fields"].OfType<string>());
        return StoredSelection.Compile(FieldFilter.Parse(text.Length > 0 ? text : fallback));
    }

    // What is no number was the default until DHIS2 2.41.
    private static int? Number(HttpContext http, string name)
    {
        var text = http.Request.Query[name].ToString();
        if (int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number))
            return number;
        return text.Length == 0 || RestVersion.IsUntil40(RestVersion.Of(http))
            ? null
            : throw new Dhis2Exception(ErrorKind.InvalidArgument, $"`{text}` in the query is not valid for `{name}`, which must be a whole number.");
    }

    private static ValueTask SendAsync(HttpContext http, JsonOutput output)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = output.Written.Length;
        }

        return http.Response.Body.WriteAsync(output.Written, http.RequestAborted);
    }
}
