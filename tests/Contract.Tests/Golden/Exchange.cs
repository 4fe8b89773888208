using System.Text;

namespace Contract.Tests.Golden;

/// <summary>One request and the response it must get, as text:
/// <code>
/// ### What it is about
/// # keep: job = response.uid
/// POST /api/jobConfigurations
/// Content-Type: application/json
///
/// {"name": "a"}
///
/// >>> 201 Created
/// Content-Type: application/json
///
/// {...}
/// </code>
/// Directives stand in comments: <c>keep: name = path</c> names a value of the response, and <c>{{name}}</c> is it from
/// then on; <c>as: nobody</c> sends no login; <c>until: text</c> asks again until the body contains the text;
/// <c>advance: 00:01:00</c> moves the clock before. Bodies, paths and headers may hold <c>{{repeat 1000 "text"}}</c>
/// and <c>{{hex 00 ff}}</c>.</summary>
internal sealed record Exchange(string Title, IReadOnlyList<string> Directives, string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, string? Body, string Response)
{
    private const string Begin = "### ";
    private const string Answer = ">>> ";

    /// <summary>Values of a directive.</summary>
    public IEnumerable<string> Directive(string name) =>
        Directives.Where(d => d.StartsWith(name + ":", StringComparison.Ordinal)).Select(d => d[(name.Length + 1)..].Trim());

    /// <summary>The exchanges of a file.</summary>
    public static IEnumerable<Exchange> Parse(string file) =>
        ("\n" + file.ReplaceLineEndings("\n")).Split("\n" + Begin).Skip(1).Select(ParseOne);

    /// <summary>It as text, with another response.</summary>
    public string Print(string response)
    {
        var text = new StringBuilder(Begin).Append(Title).Append('\n');
        foreach (var directive in Directives)
            text.Append("# ").Append(directive).Append('\n');
        text.Append(Method).Append(' ').Append(Target).Append('\n');
        foreach (var (name, value) in Headers)
            text.Append(name).Append(": ").Append(value).Append('\n');
        if (Body is not null)
            text.Append('\n').Append(Body).Append('\n');
        return text.Append('\n').Append(response).Append('\n').ToString();
    }

    private static Exchange ParseOne(string text)
    {
        var answer = text.IndexOf("\n" + Answer, StringComparison.Ordinal);
        var request = (answer < 0 ? text : text[..answer]).TrimEnd('\n').Split('\n');
        var response = answer < 0 ? "" : text[(answer + 1)..].TrimEnd('\n');
        var line = 1;
        var directives = new List<string>();
        for (; request[line].StartsWith('#'); line++)
            directives.Add(request[line].TrimStart('#').Trim());
        var space = request[line].IndexOf(' ', StringComparison.Ordinal);
        var (method, target) = (request[line][..space], request[line][(space + 1)..]);
        var headers = new List<KeyValuePair<string, string>>();
        for (line++; line < request.Length && request[line].Length > 0; line++)
        {
            var colon = request[line].IndexOf(':', StringComparison.Ordinal);
            headers.Add(new(request[line][..colon], request[line][(colon + 1)..].Trim()));
        }

        var body = line + 1 < request.Length ? string.Join('\n', request[(line + 1)..]) : null;
        return new Exchange(request[0].Trim(), directives, method, target, headers, body, response);
    }
}
