using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Queries;

/// <summary>One entry of DHIS2's <c>fields</c> parameter.</summary>
/// <param name="Name">Member, <c>*</c>, or a preset such as <c>:owner</c>.</param>
/// <param name="Excluded">It was written with <c>!</c>.</param>
/// <param name="Nested">Entries in brackets; null without brackets.</param>
/// <param name="Transforms">What is done to the value, in order.</param>
internal sealed record FieldFilter(string Name, bool Excluded, IReadOnlyList<FieldFilter>? Nested, IReadOnlyList<FieldTransform> Transforms)
{
    private const int MaxDepth = 16;

    /// <summary>It stands for many members: <c>*</c>, or a preset such as <c>:owner</c>.</summary>
    public bool IsPreset => Name is "*" || Name.StartsWith(':');

    /// <summary>Parses the parameter. Unbalanced brackets are read as if they were closed at the end.</summary>
    /// <exception cref="Dhis2Exception">Nested too deeply.</exception>
    public static IReadOnlyList<FieldFilter> Parse(string text)
    {
        var position = 0;
        var all = new List<FieldFilter>();
        // A closing bracket too many ends a list early; what follows still counts.
        while (position < text.Length)
        {
            all.AddRange(ParseList(text, ref position, 0));
            position++;
        }

        return all;
    }

    private static List<FieldFilter> ParseList(string text, ref int position, int depth)
    {
        if (depth > MaxDepth)
            throw new Dhis2Exception(ErrorKind.InvalidArgument, $"The parameter `fields` is nested more than {MaxDepth} levels deep.");
        var entries = new List<FieldFilter>();
        while (position < text.Length && text[position] is not (']' or ')'))
        {
            if (text[position] == ',' || char.IsWhiteSpace(text[position]))
            {
                position++;
                continue;
            }

            entries.Add(ParseEntry(text, ref position, depth));
        }

        return entries;
    }

    private static FieldFilter ParseEntry(string text, ref int position, int depth)
    {
        var excluded = text[position] == '!';
        if (excluded)
            position++;
        var name = ParseName(text, ref position, preset: true);
        var transforms = new List<FieldTransform>();
        IReadOnlyList<FieldFilter>? nested = null;
        while (position < text.Length)
        {
            var c = text[position];
            if (c is '[' or '(')
            {
                position++;
                nested = ParseList(text, ref position, depth + 1);
                position++;
            }
            else if (c is '~' or '|' || (c == ':' && position + 1 < text.Length && text[position + 1] == ':'))
            {
                position += c == ':' ? 2 : 1;
                transforms.Add(ParseTransform(text, ref position));
            }
            else
            {
                break;
            }
        }

        return new FieldFilter(name, excluded, nested, transforms);
    }

    private static FieldTransform ParseTransform(string text, ref int position)
    {
        var kind = ParseName(text, ref position, preset: false);
        string? argument = null;
        if (position < text.Length && text[position] is '(' or '[')
        {
            var end = text.AsSpan(position).IndexOfAny(')', ']');
            end = end < 0 ? text.Length : position + end;
            argument = text[(position + 1)..end].Trim();
            position = Math.Min(end + 1, text.Length);
        }

        return new FieldTransform(kind, argument);
    }

    private static string ParseName(string text, ref int position, bool preset)
    {
        var start = position;
        if (preset && position < text.Length && text[position] == ':')
            position++;
        while (position < text.Length && text[position] is not (',' or '[' or ']' or '(' or ')' or '~' or '|' or ':' or '!'))
            position++;
        // A character that starts nothing is skipped, so that parsing always moves on.
        if (position == start && position < text.Length && text[position] is not ('[' or ']' or '(' or ')'))
            position++;
        return text[start..position].Trim();
    }
}

/// <summary>A transformer of a <c>fields</c> entry, such as <c>rename(x)</c>.</summary>
/// <param name="Kind">rename, size, isEmpty, isNotEmpty, pluck, keyBy; others are ignored.</param>
/// <param name="Argument">Text in brackets.</param>
internal sealed record FieldTransform(string Kind, string? Argument);
