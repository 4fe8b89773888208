using Scalar.AspNetCore;

namespace Dhis2Grpc.Server.Rest.OpenApi;

/// <summary>Serves the OpenAPI document, and pages to read it by.</summary>
internal static class OpenApiEndpoints
{
    private const string Document = "/api/openapi.json";

    /// <summary>Maps <c>/api/openapi.json</c> and <c>/api/docs</c>; neither needs a login.</summary>
    public static void MapOpenApi(this IEndpointRouteBuilder app)
    {
        app.MapGet(Document, static async (HttpContext http, OpenApiDocumentation documentation) =>
        {
            var json = await documentation.JsonAsync();
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = json.Length;
            await http.Response.Body.WriteAsync(json, http.RequestAborted);
        })
            .AllowAnonymous()
            .WithMetadata(new DescribedEndpoint("getOpenApi", "System", "Describes this API")
            {
                Response = new DescribedBody("OpenApi", """{"type":"object","description":"An OpenAPI document."}""", "application/json"),
                Anonymous = true,
            });
        // Everything the page needs comes from the package, so that it works where there is no other network.
        app.MapScalarApiReference("/api/docs", o => o
            .WithTitle("Dhis2Grpc")
            .WithOpenApiRoutePattern(Document)
            .DisableDefaultFonts()
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .HideClientButton()
            .HideDeveloperTools())
            .AllowAnonymous()
            .WithMetadata(new UndocumentedEndpoint());
    }
}

/// <summary>The endpoint is for people, and not part of the API.</summary>
internal sealed class UndocumentedEndpoint;
