using System.Text;
using Spectre.Console;

namespace Dhis2Grpc.Client.Demo;

/// <summary>Lines to copy, all of which work on the running demo.</summary>
internal sealed class ThingsToTry(Uri rest, Uri grpc, string password, string trialJobUid, string malariaUid)
{
    /// <summary>Writes the list.</summary>
    public void Write(IAnsiConsole console)
    {
        var output = console.Profile.Out.Writer;
        console.Write(new Rule("Things to try, in another terminal") { Justification = Justify.Left });
        foreach (var (what, line) in Lines())
        {
            if (what.Length > 0)
                console.MarkupLineInterpolated($"[dim]# {what}[/]");
            // Never wrapped, so that it can be copied.
            output.WriteLine(line);
        }
    }

    /// <summary>What each line does, and the line.</summary>
    public IEnumerable<(string What, string Line)> Lines()
    {
        var login = $"admin:{password}";
        var curl = $"curl -s -u {login}";
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(login));
        var grpcurl = $"grpcurl -plaintext -H 'authorization: Basic {basic}'";
        var address = $"{grpc.Host}:{grpc.Port}";
        var root = rest.ToString().TrimEnd('/');
        var dhis2 = ServerLocation.InSourceTree ? "dotnet run --project src/Client --" : "dhis2";
        var server = grpc.ToString().TrimEnd('/') == DemoShow.DefaultGrpc ? "" : $" --server {grpc.ToString().TrimEnd('/')}";
        yield return ("the jobs", $"{dhis2} jobs list{server}");
        yield return ("run a job and watch it; cancel it from a third terminal", $"{dhis2} jobs run 'Hourly trial' --watch{server}");
        yield return ("", $"{dhis2} cancel TEST{server}");
        yield return ("malaria by month", $"{dhis2} analytics --dx {malariaUid} --pe LAST_12_MONTHS --ou LEVEL-1 --chart{server}");
        yield return ("the same over REST", $"{curl} '{root}/api/analytics?dimension=dx:{malariaUid}&dimension=pe:LAST_12_MONTHS&dimension=ou:LEVEL-1'");
        yield return ("start a job, and see all running jobs live, over REST", $"{curl} -X POST {root}/api/jobConfigurations/{trialJobUid}/execute");
        yield return ("", $"{curl} -N {root}/api/scheduling/watch");
        yield return ("what the last analytics run did", $"{curl} {root}/api/scheduling/completed/ANALYTICS_TABLE");
        yield return ("the services, and a watch that follows each run of a job", $"{grpcurl} {address} list");
        yield return ("", $"{grpcurl} -d '{{\"job_id\":\"{trialJobUid}\",\"follow\":true}}' {address} dhis2.scheduling.v1.SchedulingService/WatchJobRun");
    }
}
