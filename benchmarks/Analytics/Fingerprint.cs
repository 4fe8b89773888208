using System.Data.Common;
using System.Globalization;

namespace Dhis2Grpc.Benchmarks.Analytics;

/// <summary>Rows, values, texts and sums by data element, org unit level and year: two builds with the same lines
/// hold the same.</summary>
internal static class Fingerprint
{
    private const string Sql =
        """
        select dx, oulevel, year, count(*), count(value), count(textvalue),
          round(cast(sum(value) as numeric(24, 4)), 1), round(cast(sum(daysxvalue) as numeric(24, 4)), 1)
        from analytics group by 1, 2, 3 order by 1, 2, 3
        """;

    /// <summary>One line a group.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Sql;
        command.CommandTimeout = 0;
        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var cells = Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i) switch
            {
                DBNull => "",
                decimal number => number.ToString("0.#", CultureInfo.InvariantCulture),
                IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
                var value => value.ToString(),
            });
            lines.Add(string.Join('|', cells));
        }

        // The databases sort by rules of their own.
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }
}
