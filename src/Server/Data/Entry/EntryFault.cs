using System.Globalization;

namespace Dhis2Grpc.Server.Data.Entry;

/// <summary>Why an entry, the entries of a data set, or the whole document is not taken.</summary>
/// <param name="Code">DHIS2's error code.</param>
/// <param name="Text">The reason in words.</param>
/// <param name="Arguments">What the reason is about.</param>
internal sealed record EntryFault(string Code, string Text, IReadOnlyList<string> Arguments)
{
    private const int Longest = 100;
    private const int MaxListed = 100;

    /// <summary>A fault whose words name its arguments: {0}, {1} and so on.</summary>
    public static EntryFault Of(string code, string format, params string[] arguments)
    {
        string[] shown = [.. arguments.Select(a => a.Length <= Longest || a.Contains(',', StringComparison.Ordinal) ? a : a[..Longest] + "...")];
        return new(code, string.Format(CultureInfo.InvariantCulture, format, [.. shown]), shown);
    }

    /// <summary>Identifiers as one argument.</summary>
    public static string List(IEnumerable<string> identifiers) => string.Join(", ", identifiers.Take(MaxListed));

    /// <summary>Adds the fault to those of the document, as DHIS2 tells it: the arguments are the object.</summary>
    /// <param name="conflicts">The faults.</param>
    /// <param name="indexes">Positions of the entries that are left out for it.</param>
    public void AddTo(ImportConflicts conflicts, IEnumerable<int> indexes)
    {
        var about = string.Join('-', Arguments);
        var any = false;
        foreach (var index in indexes)
        {
            conflicts.Add(index, Code, "", Text, ("args", about));
            any = true;
        }

        if (!any)
            conflicts.Add(Code, "", Text, ("args", about));
    }
}
