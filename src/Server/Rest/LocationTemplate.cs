using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Path of the <c>Location</c> header, such as <c>/api/jobConfigurations/{report.uid}</c>.</summary>
internal sealed class LocationTemplate
{
    private readonly List<(string Literal, FieldDescriptor[] Path)> _parts = [];

    /// <summary>Compiles the template against the response message.</summary>
    public LocationTemplate(string template, MessageDescriptor response)
    {
        var rest = template.StartsWith("/api", StringComparison.Ordinal) ? template["/api".Length..] : template;
        while (rest.Length > 0)
        {
            var open = rest.IndexOf('{', StringComparison.Ordinal);
            var close = rest.IndexOf('}', StringComparison.Ordinal);
            if (open < 0 || close < open)
            {
                _parts.Add((rest, []));
                break;
            }

            _parts.Add((rest[..open], FieldPath.Resolve(response, rest[(open + 1)..close])));
            rest = rest[(close + 1)..];
        }
    }

    /// <summary>The absolute URL for a response, with the version that the caller used.</summary>
    public string Format(IMessage response, WriteScope scope) => scope.ApiUrl + string.Concat(_parts.Select(p =>
        p.Literal + (p.Path.Length == 0 ? "" : Uri.EscapeDataString(Convert.ToString(FieldPath.Get(response, p.Path), null) ?? ""))));
}
