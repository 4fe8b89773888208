using System.Globalization;
using Dhis2Grpc.Server.Metadata.Model;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>What a column takes from an object's JSON, as SQL. Values were checked when the object came in; in objects that a version
/// which checked less took in, one that does not fit counts as absent.</summary>
internal static class ColumnValue
{
    /// <summary>The expression.</summary>
    /// <param name="property">The property.</param>
    /// <param name="json">The object, or the item, as SQL.</param>
    /// <param name="texts">Takes texts together from the object; null: each by itself.</param>
    public static string Of(Property property, string json, JsonTexts? texts = null)
    {
        var text = Take(property.Name);
        if (property.Older is not null) text = $"coalesce({text}, {Take(property.Older)})";
        var value = property.Kind switch
        {
            PropertyKind.Boolean => $"try_cast({text} as boolean)",
            PropertyKind.Integer => $"try_cast({text} as integer)",
            PropertyKind.Number => $"try_cast({text} as double)",
            PropertyKind.Date => $"try_cast(left({text}, 10) as date)",
            PropertyKind.Time => $"try_cast(regexp_replace({text}, '(Z|[+-][0-9]{{2}}:?[0-9]{{2}})$', '') as timestamp)",
            PropertyKind.PeriodType => $"(select p.periodtypeid from periodtype p where p.name = {text})",
            PropertyKind.Period => $"(select p.periodid from period p where p.iso = {text})",
            // An object or a list as text is its JSON, compact as it is stored.
            _ => text,
        };
        return property.Default is null ? value : $"coalesce({value}, {property.Default})";

        string Take(string name) => texts is null ? Text(json, name) : texts.Take(Path(name));
    }

    /// <summary>Text of a member.</summary>
    public static string Text(string json, string name) => $"json_extract_string({json}, '{Path(name)}')";

    private static string Path(string name) => name.Length == 0 ? "$" : $"$.{name}";
}

/// <summary>Texts taken from a JSON column at once: to parse an object anew for each of its columns takes most of the time and memory
/// of an import.</summary>
/// <param name="list">Column that holds them, as SQL.</param>
internal sealed class JsonTexts(string list)
{
    private readonly List<string> _paths = [];

    /// <summary>SQL of the text at a path.</summary>
    public string Take(string path)
    {
        _paths.Add(path);
        return string.Create(CultureInfo.InvariantCulture, $"{list}[{_paths.Count}]");
    }

    /// <summary>SQL that makes the column.</summary>
    public string From(string json) =>
        _paths.Count == 0 ? "null::varchar[]" : $"json_extract_string({json}, [{string.Join(", ", _paths.Select(p => $"'{p}'"))}])";
}
