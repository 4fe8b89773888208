namespace Dhis2Grpc.Server.Jobs.ResourceTable;

/// <summary>Hands out column names that are unique in a table whatever their case: a name taken already gets a
/// number. DHIS2's short names need not be unique, and this store tells no case apart.</summary>
internal sealed class ColumnNames(params IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = new(taken, StringComparer.OrdinalIgnoreCase);

    /// <summary>The name, or the name with the first free number.</summary>
    public string Take(string name)
    {
        var unique = name;
        for (var i = 2; !_taken.Add(unique); i++)
            unique = $"{name} {i}";
        return unique;
    }
}
