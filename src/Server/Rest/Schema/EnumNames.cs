using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest.Schema;

/// <summary>Names of an enum's values in DHIS2: those of the contract without their prefix. The zero value, which means
/// "not given", has none.</summary>
internal sealed class EnumNames
{
    private readonly JsonName?[] _byNumber;
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    /// <summary>Reads the names off the descriptor.</summary>
    public EnumNames(EnumDescriptor descriptor)
    {
        var zero = descriptor.FindValueByNumber(0)?.Name ?? "";
        var prefix = zero.EndsWith("UNSPECIFIED", StringComparison.Ordinal) ? zero[..^"UNSPECIFIED".Length] : "";
        _byNumber = new JsonName?[descriptor.Values.Max(v => v.Number) + 1];
        foreach (var value in descriptor.Values.Where(v => v.Number > 0 || prefix.Length == 0))
        {
            var name = value.Name.StartsWith(prefix, StringComparison.Ordinal) ? value.Name[prefix.Length..] : value.Name;
            _byNumber[value.Number] = new JsonName(name);
            _byName[name] = value.Number;
        }

        // dhis2.scheduling.v1.JobType stands for org.hisp.dhis.scheduling.JobType.
        JavaClass = string.Join('.', descriptor.FullName.Split('.').Where(p => p != "v1")
            .Select((p, i) => i == 0 && p == "dhis2" ? "org.hisp.dhis" : p));
    }

    /// <summary>Java class that DHIS2 names in its messages, such as <c>org.hisp.dhis.scheduling.JobType</c>.</summary>
    public string JavaClass { get; }

    /// <summary>All names, in the contract's order.</summary>
    public IEnumerable<string> All => _byName.Keys;

    /// <summary>Name of a value; null for the zero value and unknown ones.</summary>
    public JsonName? NameOf(int number) => (uint)number < (uint)_byNumber.Length ? _byNumber[number] : null;

    /// <summary>Value of a name, letter case included.</summary>
    public bool TryNumber(string name, out int number) => _byName.TryGetValue(name, out number);

    /// <summary>Value of a name as URLs may spell it, in any letter case.</summary>
    public bool TryNumberIgnoringCase(string name, out int number) => _byName.TryGetValue(name.ToUpperInvariant(), out number);
}
