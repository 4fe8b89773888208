using System.Text;

namespace Dhis2Grpc.Server.Data;

/// <summary>What a document of flat entries looks like: an object with header members and one array of objects.</summary>
/// <param name="array">Name of the array.</param>
/// <param name="header">Names of header members; their positions are their numbers.</param>
/// <param name="members">Names of an entry's members; their positions are their numbers.</param>
internal sealed class FlatDocumentShape(string array, IReadOnlyList<string> header, IReadOnlyList<string> members)
{
    private readonly (int Number, byte[] Name)[][] _headerByLength = ByLength(header);
    private readonly (int Number, byte[] Name)[][] _membersByLength = ByLength(members);
    private readonly byte[] _arrayName = Encoding.UTF8.GetBytes(array);

    /// <summary>Name of the array.</summary>
    public string Array => array;

    /// <summary>How many members an entry may have.</summary>
    public int MemberCount => members.Count;

    /// <summary>Name of a header member.</summary>
    public string HeaderName(int number) => header[number];

    /// <summary>Name of an entry's member.</summary>
    public string MemberName(int number) => members[number];

    /// <summary>Whether the name is that of the array.</summary>
    public bool IsArray(ReadOnlySpan<byte> name) => name.SequenceEqual(_arrayName);

    /// <summary>Number of a header member, or -1.</summary>
    public int HeaderNumber(ReadOnlySpan<byte> name) => Number(_headerByLength, name);

    /// <summary>Number of an entry's member, or -1.</summary>
    public int MemberNumber(ReadOnlySpan<byte> name) => Number(_membersByLength, name);

    private static int Number((int Number, byte[] Name)[][] byLength, ReadOnlySpan<byte> name)
    {
        if (name.Length >= byLength.Length)
            return -1;
        foreach (var (number, candidate) in byLength[name.Length])
        {
            if (name.SequenceEqual(candidate))
                return number;
        }
        return -1;
    }

    private static (int Number, byte[] Name)[][] ByLength(IReadOnlyList<string> names)
    {
        var encoded = names.Select((name, number) => (Number: number, Name: Encoding.UTF8.GetBytes(name))).ToLookup(n => n.Name.Length);
        return [.. Enumerable.Range(0, names.Max(n => n.Length) + 1).Select(length => encoded[length].ToArray())];
    }
}
