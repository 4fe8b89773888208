namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>The logo that apps show in their header: a clock whose hands make a tick.</summary>
internal static class Logo
{
    /// <summary>The drawing.</summary>
    public const string Svg =
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48" width="48" height="48" role="img" aria-label="Dhis2Grpc">
        <circle cx="24" cy="24" r="21" fill="#ffffff" stroke="#147cd7" stroke-width="5"/>
        <path d="M13 24 L22 33 L36 15" fill="none" stroke="#147cd7" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>
        </svg>
        """;
}
