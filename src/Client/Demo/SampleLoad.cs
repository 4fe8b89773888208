using System.Text.Json;
using Dhis2.Common.V1;
using Dhis2.Data.V1;
using Dhis2Grpc.Client.CommandLine;
using Dhis2Grpc.Client.Demo.Country;
using Dhis2Grpc.Client.Errors;
using Spectre.Console;

namespace Dhis2Grpc.Client.Demo;

/// <summary>Brings the sample country into a server.</summary>
internal sealed class SampleLoad(Dhis2Client client, SampleCountry country, Terminal terminal, bool quiet)
{
    /// <summary>Whether the country's latest values are there already.</summary>
    public async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        var request = new ExportDataValueSetsRequest
        {
            DataElements = { country.Elements[0].Uid },
            Periods = { country.Months[^1].Iso },
            OrgUnits = { country.Root.Uid },
            Children = true,
            Limit = 1,
        };
        using var document = new MemoryStream();
        try
        {
            await client.DataValueSets.ExportAsync(request, document, cancellationToken: cancellationToken);
        }
        catch (Dhis2Exception e) when (!e.IsConnectionLost)
        {
            // The server does not know the element or the unit.
            return false;
        }

        using var json = JsonDocument.Parse(document.ToArray());
        return json.RootElement.TryGetProperty("dataValues", out var values) && values.GetArrayLength() > 0;
    }

    /// <summary>Imports the metadata.</summary>
    public async Task<ImportReport> MetadataAsync(CancellationToken cancellationToken)
    {
        var report = await client.Metadata.ImportAsync(
            new SampleMetadata(country).WriteAsync, cancellationToken: cancellationToken);
        if (report.Status != "ERROR")
            return report;
        var problem = report.TypeReports.SelectMany(t => t.ObjectReports).SelectMany(o => o.ErrorReports).FirstOrDefault();
        throw new CommandException($"The server refused the sample metadata: {problem?.Message ?? report.Status}", ExitCode.Failed);
    }

    /// <summary>Imports the values, written while they are sent.</summary>
    public async Task<ImportSummary> ValuesAsync(CancellationToken cancellationToken)
    {
        var values = new SampleValues(country);
        var summary = await ShowAsync("Data values", values.ReportCount, reported =>
            client.DataValueSets.ImportAsync(
                (stream, ct) => values.WriteAsync(stream, reported, ct), cancellationToken: cancellationToken));
        if (summary.Status == "ERROR" || summary.Conflicts.Count > 0)
        {
            throw new CommandException(
                $"The server refused sample values: {summary.Conflicts.FirstOrDefault()?.Value ?? summary.Description}", ExitCode.Failed);
        }

        return summary;
    }

    private async Task<T> ShowAsync<T>(string description, int total, Func<Action?, Task<T>> work)
    {
        if (quiet || !terminal.Live || !terminal.Out.Profile.Capabilities.Ansi)
            return await work(null);
        return await terminal.Out.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(),
                new SpinnerColumn())
            .StartAsync(async progress =>
            {
                var task = progress.AddTask(description, maxValue: total);
                var result = await work(() =>
                {
                    task.Increment(1);
                    if (task.Value >= total)
                        task.Description = $"{description}, storing";
                });
                task.Description = description;
                return result;
            });
    }
}
