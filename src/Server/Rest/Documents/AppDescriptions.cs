namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>What the OpenAPI document tells of installed apps.</summary>
internal static class AppDescriptions
{
    private const string Group = "Apps";

    /// <summary>The list.</summary>
    public static readonly DescribedEndpoint List = new("listApps", Group, "Lists the installed apps")
    {
        Response = new DescribedBody(
            "Apps",
            """
            {
              "type": "array",
              "description": "The installed apps: key, name, launchUrl, and what their manifests say.",
              "items": {"type": "object"}
            }
            """,
            "application/json"),
    };

    /// <summary>A file.</summary>
    public static readonly DescribedEndpoint File = new("getAppFile", Group, "Reads a file of an installed app")
    {
        Response = new DescribedBody("AppFile", """{"description":"Any file."}""", "text/html", "application/json", "application/octet-stream"),
    };

    /// <summary>The logo.</summary>
    public static readonly DescribedEndpoint StaticContent = new("getStaticContent", Group, "Reads the logo: logo_banner or logo_front")
    {
        Response = new DescribedBody("StaticContent", """{"description":"An image."}""", "image/svg+xml"),
    };
}
