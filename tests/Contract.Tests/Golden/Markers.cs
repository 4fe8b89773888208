using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Contract.Tests.Golden;

/// <summary>Texts of golden files that stand for others: kept values, repetitions and bytes.</summary>
internal sealed partial class Markers
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Gives a value a name.</summary>
    public void Keep(string name, string value) => _values[name] = value;

    /// <summary>What is sent for a text.</summary>
    public byte[] Expand(string text)
    {
        var bytes = new MemoryStream();
        var end = 0;
        foreach (Match marker in Marker().Matches(text))
        {
            bytes.Write(Encoding.UTF8.GetBytes(text[end..marker.Index]));
            bytes.Write(BytesOf(marker));
            end = marker.Index + marker.Length;
        }

        bytes.Write(Encoding.UTF8.GetBytes(text[end..]));
        return bytes.ToArray();
    }

    /// <summary>What stands in the file for what came: kept values by their names.</summary>
    public string Contract(string text) =>
        _values.OrderByDescending(v => v.Value.Length).Aggregate(text, (t, v) => t.Replace(v.Value, $"{{{{{v.Key}}}}}", StringComparison.Ordinal));

    private byte[] BytesOf(Match marker)
    {
        if (marker.Groups["hex"] is { Success: true } hex)
            return Convert.FromHexString(hex.Value.Replace(" ", "", StringComparison.Ordinal));
        if (marker.Groups["times"] is { Success: true } times)
            return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(marker.Groups["text"].Value, int.Parse(times.Value, CultureInfo.InvariantCulture))));
        return Encoding.UTF8.GetBytes(_values.TryGetValue(marker.Groups["name"].Value, out var value) ? value : throw new InvalidOperationException($"{marker.Value} is not known."));
    }

    [GeneratedRegex(@"\{\{(repeat (?<times>\d+) ""(?<text>.*?)""|hex (?<hex>[0-9a-fA-F ]+)|(?<name>[a-zA-Z][a-zA-Z0-9]*))\}\}")]
    private static partial Regex Marker();
}
