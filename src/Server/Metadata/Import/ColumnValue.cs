using Dhis2Grpc.Server.Metadata.Model;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>What a column takes from an object's JSON, as SQL. Values were checked when the object came in; in objects that a version
/// which checked less took in, one that does not fit counts as absent.</summary>
internal static class ColumnValue
{
    /// <summary>The expression.</summary>
    /// <param name="property">The property.</param>
    /// <param name="json">The object, or the item, as SQL.</param>
    public static string Of(Property property, string json)
    {
        var text = Text(json, property.Name);
        if (property.Older is not null) text = $"coalesce({text}, {Text(json, property.Older)})";
        var value = property.Kind switch
        {
            PropertyKind.Boolean => $"try_cast({text} as boolean)",
            PropertyKind.Integer => $"try_cast({text} as integer)",
            PropertyKind.Number => $"try_cast({text} as double)",
            PropertyKind.Date => $"try_cast(left({text}, 10) as date)",
            PropertyKind.Time => $"try_cast(regexp_replace({text}, '(Z|[+-][0-9]{{2}}:?[0-9]{{2}})$', '') as timestamp)",
            PropertyKind.PeriodType => $"(select p.periodtypeid from periodtype p where p.name = {text})",
            PropertyKind.Period => $"(select p.periodid from period p where p.iso = {text})",
            PropertyKind.Json => $"nullif(cast(json_extract({json}, '{Path(property.Name)}') as varchar), 'null')",
            _ => text,
        };
        return property.Default is null ? value : $"coalesce({value}, {property.Default})";
    }

    /// <summary>Text of a member.</summary>
    public static string Text(string json, string name) => $"json_extract_string({json}, '{Path(name)}')";

    private static string Path(string name) => name.Length == 0 ? "$" : $"$.{name}";
}
