using System.CommandLine;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Watching;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>What to watch or cancel, as one word: a job type, a run's id, or a job's id, code or name.</summary>
internal static class RunTarget
{
    /// <summary>The argument.</summary>
    public static Argument<string?> Argument(bool optional) => new("target")
    {
        Description = "Job type, id of a run, or id, code or name of a job",
        HelpName = "TARGET",
        Arity = optional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
    };

    /// <summary>Finds out what is meant.</summary>
    public static async Task<WatchTarget> FindAsync(
        Dhis2Client client, string target, CancellationToken cancellationToken)
    {
        if (WireNames.TryJobType(target, out var type))
            return WatchTarget.OfType(type);
        // Run identifiers are longer than UIDs and have no blanks.
        return target.Length > 11 && !target.Contains(' ', StringComparison.Ordinal)
            && await IsRunAsync(client, target, cancellationToken)
            ? WatchTarget.Run(target)
            : WatchTarget.Job((await JobReference.FindAsync(client, target, cancellationToken)).Id);
    }

    private static async Task<bool> IsRunAsync(Dhis2Client client, string runId, CancellationToken cancellationToken)
    {
        try
        {
            await client.Run(runId).GetAsync(cancellationToken);
            return true;
        }
        catch (Errors.Dhis2Exception e) when (e.StatusCode is Grpc.Core.StatusCode.NotFound or Grpc.Core.StatusCode.InvalidArgument)
        {
            return false;
        }
    }
}
