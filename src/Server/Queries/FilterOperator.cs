namespace Dhis2Grpc.Server.Queries;

/// <summary>An operator of DHIS2's list filters.</summary>
/// <param name="Name">Its name without negation and synonyms.</param>
/// <param name="Negated">The condition must not hold.</param>
internal sealed record FilterOperator(string Name, bool Negated)
{
    /// <summary>It needs something to compare with.</summary>
    public bool NeedsValue => Name is not ("null" or "empty");

    /// <summary>It compares text.</summary>
    public bool IsTextual => Name.Contains("like", StringComparison.Ordinal) || Name is "token" or "ieq";

    /// <summary>Reads an operator; null when there is none of that name.</summary>
    public static FilterOperator? Parse(string text)
    {
        var negated = text.StartsWith('!');
        var name = negated ? text[1..] : text;
        return name switch
        {
            "neq" or "ne" when !negated => new("eq", true),
            "gte" => new("ge", negated),
            "lte" => new("le", negated),
            "startsWith" when !negated => new("$ilike", false),
            "endsWith" when !negated => new("ilike$", false),
            "eq" or "ieq" or "gt" or "ge" or "lt" or "le" or "like" or "$like" or "like$" or "ilike" or "$ilike" or "ilike$"
                or "token" or "in" or "null" or "empty" => new(name, negated),
            _ => null,
        };
    }

    /// <summary>Whether the condition, before negation, holds between a value and what the filter compares it with.</summary>
    public bool Test(object value, object operand)
    {
        if (IsTextual)
            return Test(Text(value), Text(operand));
        var order = value.GetType() == operand.GetType()
            ? value is string s ? string.CompareOrdinal(s, (string)operand) : ((IComparable)value).CompareTo(operand)
            : string.CompareOrdinal(Text(value), Text(operand));
        return Name switch
        {
            "eq" => order == 0,
            "gt" => order > 0,
            "ge" => order >= 0,
            "lt" => order < 0,
            "le" => order <= 0,
            _ => false,
        };
    }

    private static string Text(object value) => value as string ?? string.Format(System.Globalization.CultureInfo.InvariantCulture, "{0}", value);

    private bool Test(string value, string operand) => Name switch
    {
        "like" => value.Contains(operand, StringComparison.Ordinal),
        "$like" => value.StartsWith(operand, StringComparison.Ordinal),
        "like$" => value.EndsWith(operand, StringComparison.Ordinal),
        "ilike" => value.Contains(operand, StringComparison.OrdinalIgnoreCase),
        "$ilike" => value.StartsWith(operand, StringComparison.OrdinalIgnoreCase),
        "ilike$" => value.EndsWith(operand, StringComparison.OrdinalIgnoreCase),
        "ieq" => value.Equals(operand, StringComparison.OrdinalIgnoreCase),
        _ => operand.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .All(token => value.Contains(token, StringComparison.OrdinalIgnoreCase)),
    };
}
