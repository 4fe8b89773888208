using System.Globalization;
using System.Text;

namespace Dhis2Grpc.Server.Progress;

/// <summary>How far a watcher is in each run. The text form fits into an HTTP header.</summary>
internal static class ResumeToken
{
    /// <summary>Writes a token.</summary>
    public static string Format(IReadOnlyCollection<KeyValuePair<string, long>> positions)
    {
        if (positions.Count == 1)
        {
            var (id, single) = positions.First();
            return string.Create(CultureInfo.InvariantCulture, $"{id}.{single}");
        }

        var text = new StringBuilder();
        foreach (var (runId, revision) in positions)
        {
            if (text.Length > 0)
                text.Append('~');
            text.Append(runId).Append('.').Append(revision.ToString(CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    /// <summary>Reads a token. Parts that make no sense are left out: their runs start with a snapshot.</summary>
    public static Dictionary<string, long> Parse(string? token)
    {
        var positions = new Dictionary<string, long>();
        foreach (var part in (token ?? "").Split('~', StringSplitOptions.RemoveEmptyEntries))
        {
            var dot = part.LastIndexOf('.');
            if (dot > 0
                && long.TryParse(part.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
                positions[part[..dot]] = revision;
        }

        return positions;
    }
}
