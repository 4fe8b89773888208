using System.Globalization;
using System.Text.Json;

namespace Contract.Tests.Crash;

/// <summary>Imports data values into a region: each import brings periods of its own, and overwrites the region's one common period.</summary>
internal sealed class DataLedger(string region, Func<ServerProcess, string, int, Task> import) : ILedger
{
    // So that some imports go through a file and others stay in memory.
    private const int Large = 12;
    private static readonly DateOnly First = new(2000, 1, 1);

    private readonly Dictionary<string, string> _values = [];
    private int _imports;
    private (string Value, List<string> Periods)? _inFlight;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string Common = "19990101";

    /// <inheritdoc/>
    public async Task WorkAsync(ServerProcess server)
    {
        try
        {
            while (true)
            {
                var number = _imports++;
                var value = (number + 1).ToString(CultureInfo.InvariantCulture);
                var own = Enumerable.Range(number * Large, number % 4 == 3 ? Large : 1)
                    .Select(day => First.AddDays(day).ToString("yyyyMMdd", CultureInfo.InvariantCulture));
                List<string> periods = [.. own, Common];
                _inFlight = (value, periods);
                await import(server, SampleDocuments.Values(region, periods, value), periods.Count * SampleDocuments.Cells);
                Adopt();
            }
        }
        catch (Exception e) when (server.IsCrash(e))
        {
        }
    }

    /// <inheritdoc/>
    public async Task<string> CheckAsync(ServerProcess server)
    {
        var found = await ReadAsync(server);
        var unanswered = "nothing unanswered";
        if (_inFlight is { } import)
        {
            // The first of its periods decides what became of it; all others must agree.
            unanswered = found.ContainsKey(import.Periods[0]) ? "one unanswered is there" : "one unanswered is not there";
            if (found.ContainsKey(import.Periods[0]))
                Adopt();
            _inFlight = null;
        }

        Assert.Equal(_values.OrderBy(v => v.Key), found.OrderBy(v => v.Key));
        return $"{_imports} imports into {region}, {_values.Count * SampleDocuments.Cells} values ({unanswered})";
    }

    private void Adopt()
    {
        foreach (var period in _inFlight!.Value.Periods)
            _values[period] = _inFlight.Value.Value;
        _inFlight = null;
    }

    // The one value that all cells of a period have, by period.
    private async Task<Dictionary<string, string>> ReadAsync(ServerProcess server)
    {
        await using var stream = await server.Http.GetStreamAsync(
            $"/api/dataValueSets?orgUnit={SampleDocuments.Region(region)}&children=true&dataElementGroup={SampleDocuments.Group}&startDate=1999-01-01&endDate=2023-12-31", Ct);
        using var document = await JsonDocument.ParseAsync(stream, cancellationToken: Ct);
        var values = new Dictionary<string, string>();
        if (!document.RootElement.TryGetProperty("dataValues", out var all))
            return values;
        foreach (var period in all.EnumerateArray().GroupBy(v => v.GetProperty("period").GetString()!))
        {
            var cells = period.Select(v => (v.GetProperty("orgUnit").GetString(), v.GetProperty("dataElement").GetString())).Distinct().Count();
            Assert.True(cells == SampleDocuments.Cells && period.Count() == cells, $"{period.Key} of {region} has {period.Count()} values in {cells} cells.");
            values[period.Key] = Assert.Single(period.Select(v => v.GetProperty("value").GetString()!).Distinct());
        }

        return values;
    }
}
