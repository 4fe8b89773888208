using System.Text.RegularExpressions;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Errors;
using Dhis2Grpc.Client.Jobs;
using Grpc.Core;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>Finds a job by UID, code or name.</summary>
internal static partial class JobReference
{
    /// <summary>The job; fails with exit code 3 when there is none.</summary>
    public static async Task<JobConfiguration> FindAsync(
        Dhis2Client client, string reference, CancellationToken cancellationToken)
    {
        if (IsUid(reference))
        {
            try
            {
                return await client.JobConfigurations.GetAsync(reference, cancellationToken);
            }
            catch (Dhis2Exception e) when (e.StatusCode == StatusCode.NotFound)
            {
                // It may still be a name or code that looks like a UID.
            }
        }

        await foreach (var job in client.JobConfigurations.ListAsync(new JobQuery { Text = reference }, cancellationToken))
        {
            if (string.Equals(job.Name, reference, StringComparison.OrdinalIgnoreCase)
                || (job.HasCode && job.Code == reference))
                return job;
        }

        throw new CommandException(
            $"There is no job with the id, code or name '{reference}'; see `dhis2 jobs list`.", ExitCode.NotFound);
    }

    /// <summary>Whether a text has the form of a UID.</summary>
    public static bool IsUid(string text) => UidForm().IsMatch(text);

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{10}$")]
    private static partial Regex UidForm();
}
