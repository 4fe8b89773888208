namespace Dhis2Grpc.Server.Metadata.Integrity;

/// <summary>The integrity checks that DHIS2 has.</summary>
internal static class IntegrityChecks
{
    private static readonly Lazy<IReadOnlyList<IntegrityCheck>> Read = new(Load);

    /// <summary>All of them, section by section.</summary>
    public static IReadOnlyList<IntegrityCheck> All => Read.Value;

    private static List<IntegrityCheck> Load()
    {
        var name = $"{typeof(IntegrityChecks).Namespace}.Checks.tsv";
        using var stream = typeof(IntegrityChecks).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The list {name} is not embedded.");
        using var reader = new StreamReader(stream);
        var checks = new List<IntegrityCheck>();
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var columns = line.Split('\t');
            var position = positions.GetValueOrDefault(columns[1]);
            positions[columns[1]] = position + 1;
            checks.Add(new IntegrityCheck(columns[0], columns[1], position, columns[2], columns[3] == "true", columns[4] == "true", columns[5]));
        }

        return checks;
    }
}
