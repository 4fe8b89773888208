using System.Runtime.CompilerServices;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Errors;
using Grpc.Core;

namespace Dhis2Grpc.Client.Watching;

/// <summary>Watches of queues' runs that survive lost connections: they come back with the last token.</summary>
internal sealed class QueueWatch(JobQueueService.JobQueueServiceClient service, TimeProvider time)
{
    /// <summary>Watches a queue's run to its end, or with follow all of them; from its beginning when it is the run that is
    /// named.</summary>
    public async IAsyncEnumerable<JobQueueUpdate> WatchAsync(
        string queue, string runId, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var trees = new RunTrees();
        var delay = new ReconnectDelay(time, options.GiveUpAfter);
        var token = options.ResumeToken ?? "";
        var connected = false;
        while (true)
        {
            Dhis2Exception? lost = null;
            var anew = false;
            var request = new WatchJobQueueRunRequest { Name = queue, ResumeToken = token, Follow = options.Follow, RunId = token.Length == 0 ? runId : "" };
            using (var call = service.WatchJobQueueRun(request, cancellationToken: cancellationToken))
            {
                while (!anew)
                {
                    WatchJobQueueRunResponse? response = null;
                    try
                    {
                        if (await call.ResponseStream.MoveNext(cancellationToken))
                            response = call.ResponseStream.Current;
                    }
                    catch (Dhis2Exception e) when (e.IsConnectionLost && (connected || call.ResponseHeadersAsync.IsCompletedSuccessfully))
                    {
                        lost = e;
                    }

                    connected |= call.ResponseHeadersAsync.IsCompletedSuccessfully;
                    if (response is null)
                        break;
                    delay.Reset();
                    // A token of an earlier watch: what came before it has to be read anew.
                    anew = token.Length > 0 && response.Run is { Delta: not null } run && !trees.Knows(run.RunId);
                    token = anew ? "" : response.ResumeToken;
                    if (response.QueueRun is { } queueRun)
                        yield return new(queueRun, null, response.Terminal, token);
                    else if (!anew && trees.Apply(response.Run) is { } update)
                        yield return new(null, update, Terminal: false, token);
                    if (response.Terminal && !options.Follow)
                        yield break;
                }
            }

            if (anew)
                continue;
            await delay.WaitAsync(lost, "the queue's run", options, cancellationToken);
        }
    }
}
