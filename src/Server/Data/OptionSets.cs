using System.Data.Common;
using System.Text;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Data;

/// <summary>The codes of option sets, and which data elements are bound to one.</summary>
internal sealed class OptionSets
{
    private readonly Dictionary<string, int> _ofDataElement = [];
    private readonly List<IdentifierMap> _codes = [];

    /// <summary>Reads the option sets that data elements use.</summary>
    public static async Task<OptionSets> LoadAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var sets = new OptionSets();
        var numbers = new Dictionary<string, int>();
        // The optionSet member alone decides; the text search keeps the JSON of most elements unparsed.
        var bound = await connection.ListAsync(
            """
            select uid, json_extract_string(json, '$.optionSet.id') from object
            where type = 'dataElements' and contains(json, '"optionSet"')
              and json_extract_string(json, '$.optionSet.id') is not null
            """,
            row => (Uid: row.GetString(0), Set: row.GetString(1)), cancellationToken);
        foreach (var (uid, set) in bound)
        {
            if (!numbers.TryGetValue(set, out var number))
            {
                numbers[set] = number = sets._codes.Count;
                sets._codes.Add(new IdentifierMap());
            }
            sets._ofDataElement[uid] = number;
        }
        if (bound.Count == 0)
            return sets;
        var options = connection.StreamAsync(
            "select json_extract_string(json, '$.optionSet.id'), code from object where type = 'options' and code is not null",
            row => (Set: row.Text(0), Code: row.GetString(1)), cancellationToken);
        await foreach (var (set, code) in options)
        {
            if (set is not null && numbers.TryGetValue(set, out var number))
                sets._codes[number].Set(Encoding.UTF8.GetBytes(code), 1);
        }
        return sets;
    }

    /// <summary>Number of the data element's option set, or -1.</summary>
    public int Of(string dataElement) => _ofDataElement.GetValueOrDefault(dataElement, -1);

    /// <summary>Whether the set has an option of the code, or of each of several with commas between them.</summary>
    public bool Has(int set, ReadOnlySpan<byte> code, bool several)
    {
        if (!several)
            return _codes[set].Get(code) >= 0;
        foreach (var range in code.Split((byte)','))
        {
            if (_codes[set].Get(code[range].Trim((byte)' ')) < 0)
                return false;
        }

        return true;
    }
}
