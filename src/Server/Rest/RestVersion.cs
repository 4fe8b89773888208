using System.Globalization;

namespace Dhis2Grpc.Server.Rest;

/// <summary>The version segment of DHIS2's paths, as in <c>/api/33/me</c>. It is taken out before routing and kept, since
/// links repeat it and some bodies changed their shape with it.</summary>
internal sealed class RestVersion
{
    private const int Oldest = 28;
    private const int Newest = 44;

    private static readonly RestVersion[] _all = [.. Enumerable.Range(Oldest, Newest - Oldest + 1).Select(n => new RestVersion(n))];

    private RestVersion(int number)
    {
        Number = number;
        Prefix = "/api/" + number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Every version that a path may carry.</summary>
    public static IEnumerable<int> All => _all.Select(v => v.Number);

    /// <summary>The version, such as 33.</summary>
    public int Number { get; }

    private string Prefix { get; }

    /// <summary>The version in the request's path; null when it has none.</summary>
    public static int? Of(HttpContext http) => http.Features.Get<RestVersion>()?.Number;

    /// <summary><c>/api</c>, or <c>/api/33</c>.</summary>
    public static string ApiPrefix(int? version) => version is { } number ? _all[number - Oldest].Prefix : "/api";

    /// <summary>The path as the caller sent it.</summary>
    public static string FullPath(HttpContext http) =>
        http.Features.Get<RestVersion>() is { } version ? version.Prefix + http.Request.Path.Value!["/api".Length..] : http.Request.Path.Value ?? "";

    /// <summary>Bodies have the shape from before 2.41 changed them: the version is absent or at most 40.</summary>
    public static bool IsUntil40(int? version) => version is null or <= 40;

    /// <summary>Takes a known version out of the path. Unknown ones stay, and match no route.</summary>
    public static void TakeFromPath(HttpContext http)
    {
        var path = http.Request.Path.Value.AsSpan();
        if (path.Length < 7 || !path.StartsWith("/api/", StringComparison.Ordinal) || !char.IsAsciiDigit(path[5])
            || !char.IsAsciiDigit(path[6]) || (path.Length > 7 && path[7] != '/'))
            return;
        var number = (path[5] - '0') * 10 + path[6] - '0';
        if (number is < Oldest or > Newest)
            return;
        http.Features.Set(_all[number - Oldest]);
        http.Request.Path = string.Concat("/api", path[7..]);
    }
}
