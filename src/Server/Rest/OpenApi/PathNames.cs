using System.Text;

namespace Dhis2Grpc.Server.Rest.OpenApi;

/// <summary>Names of path variables. The contracts name them after fields, and so one place in a path may have several
/// names (<c>uid</c>, <c>job_id</c>); OpenAPI allows one, which is the first that was used.</summary>
internal sealed class PathNames
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>The path with its variables renamed, and for each the field it sets.</summary>
    public (string Path, List<(string Name, string Field)> Variables) Of(string path)
    {
        var result = new StringBuilder();
        var anonymous = new StringBuilder();
        var variables = new List<(string, string)>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            anonymous.Append('/');
            result.Append('/');
            if (segment[0] != '{')
            {
                anonymous.Append(segment);
                result.Append(segment);
                continue;
            }

            // {job_configuration.id}, {**path}, {uid:regex(..)}
            var field = segment.Trim('{', '}', '*').Split(':', '=', '?')[0];
            anonymous.Append("{}");
            if (!_names.TryGetValue(anonymous.ToString(), out var name))
                _names[anonymous.ToString()] = name = FieldPath.CamelCase(field[(field.LastIndexOf('.') + 1)..]);
            variables.Add((name, field));
            result.Append('{').Append(name).Append('}');
        }

        return (result.ToString(), variables);
    }
}
