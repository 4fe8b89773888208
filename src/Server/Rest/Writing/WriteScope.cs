namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>What writing depends on beyond the message: the zone of dates, and where the caller reached us.</summary>
internal sealed class WriteScope(TimeZoneInfo zone, HttpRequest? request, int? version)
{
    private string? _apiUrl;
    private byte[]? _encodedApiUrl;

    /// <summary>Zone of dates, which are written without offset.</summary>
    public TimeZoneInfo Zone { get; } = zone;

    /// <summary>The caller used that minor version of DHIS2 or a later one.</summary>
    public bool IsSince(int minor) => version >= minor;

    /// <summary>Base of links: scheme, host, <c>/api</c>, and the version that the caller used.</summary>
    public string ApiUrl => _apiUrl ??= request is null
        ? "/api"
        : string.Concat(request.Scheme, "://", request.Host.Value, request.PathBase.Value + RestVersion.ApiPrefix(version));

    /// <summary>It as it stands in JSON, without quotes.</summary>
    public byte[] EncodedApiUrl => _encodedApiUrl ??= JsonOutput.Encode(ApiUrl);
}
