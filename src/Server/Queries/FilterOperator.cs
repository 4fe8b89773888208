using System.Buffers;

namespace Dhis2Grpc.Server.Queries;

/// <summary>An operator of DHIS2's list filters.</summary>
/// <param name="Name">Its name without negation and synonyms.</param>
/// <param name="Negated">The condition must not hold.</param>
internal sealed record FilterOperator(string Name, bool Negated)
{
    /// <summary>It needs something to compare with; otherwise it asks whether there is a value at all.</summary>
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

    /// <summary>Whether the condition, before negation, holds for a value that compares so with the filter's.</summary>
    public bool Holds(int order) => Name switch
    {
        "eq" => order == 0,
        "gt" => order > 0,
        "ge" => order >= 0,
        "lt" => order < 0,
        "le" => order <= 0,
        _ => false,
    };

    /// <summary>The condition, before negation, that compares text.</summary>
    public Func<string, bool> TextTest(string operand)
    {
        switch (Name)
        {
            case "like":
                return v => v.Contains(operand, StringComparison.Ordinal);
            case "$like":
                return v => v.StartsWith(operand, StringComparison.Ordinal);
            case "like$":
                return v => v.EndsWith(operand, StringComparison.Ordinal);
            case "ilike":
                var wanted = SearchValues.Create([operand], StringComparison.OrdinalIgnoreCase);
                return v => v.AsSpan().ContainsAny(wanted);
            case "$ilike":
                return v => v.StartsWith(operand, StringComparison.OrdinalIgnoreCase);
            case "ilike$":
                return v => v.EndsWith(operand, StringComparison.OrdinalIgnoreCase);
            case "ieq":
                return v => v.Equals(operand, StringComparison.OrdinalIgnoreCase);
            default:
                var tokens = operand.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                    .Select(t => SearchValues.Create([t], StringComparison.OrdinalIgnoreCase)).ToArray();
                return v => Array.TrueForAll(tokens, t => v.AsSpan().ContainsAny(t));
        }
    }
}
