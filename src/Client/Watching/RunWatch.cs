using System.Runtime.CompilerServices;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.Errors;
using Grpc.Core;

namespace Dhis2Grpc.Client.Watching;

/// <summary>Watches that survive lost connections: they come back with the last token and skip what was seen.</summary>
internal sealed class RunWatch(SchedulingService.SchedulingServiceClient service, TimeProvider time)
{
    /// <summary>Watches one run to its end, or with follow all runs of the target.</summary>
    public IAsyncEnumerable<JobRunUpdate> OneAsync(
        WatchTarget target, WatchOptions options, CancellationToken cancellationToken)
    {
        return WatchAsync(Open, options, endless: options.Follow, cancellationToken);

        IEventStream Open(string token, string? runId)
        {
            // Once the run is known it is asked for by name: the job may have started another meanwhile.
            var request = (runId is null || options.Follow ? target : WatchTarget.Run(runId)).ToWatchRequest();
            request.ResumeToken = token;
            request.Follow = options.Follow;
            return new EventStream<WatchJobRunResponse>(
                service.WatchJobRun(request, cancellationToken: cancellationToken), e => e);
        }
    }

    /// <summary>Watches all runs, for ever.</summary>
    public IAsyncEnumerable<JobRunUpdate> AllAsync(WatchOptions options, CancellationToken cancellationToken) =>
        WatchAsync(
            (token, _) => new EventStream<WatchRunningResponse>(
                service.WatchRunning(new() { ResumeToken = token }, cancellationToken: cancellationToken), e => e.Event),
            options, endless: true, cancellationToken);

    private async IAsyncEnumerable<JobRunUpdate> WatchAsync(
        Func<string, string?, IEventStream> open,
        WatchOptions options,
        bool endless,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var trees = new RunTrees();
        var delay = new ReconnectDelay(time, options.GiveUpAfter);
        var token = options.ResumeToken ?? "";
        string? runId = null;
        var connected = false;
        while (true)
        {
            Dhis2Exception? lost = null;
            var anew = false;
            using (var stream = open(token, runId))
            {
                while (true)
                {
                    WatchJobRunResponse? response = null;
                    try
                    {
                        response = await stream.NextAsync(cancellationToken);
                    }
                    catch (Dhis2Exception e) when (e.IsConnectionLost && (connected || stream.IsOpen))
                    {
                        lost = e;
                    }

                    connected |= stream.IsOpen;
                    if (response is null)
                        break;
                    delay.Reset();
                    if (response.EventCase == WatchJobRunResponse.EventOneofCase.Delta && !trees.Knows(response.RunId))
                    {
                        // A token of an earlier watch: what came before it has to be read anew.
                        anew = token.Length > 0 ? true : throw new InvalidDataException(
                            $"The server sent changes of run {response.RunId} before the run itself.");
                        token = "";
                        break;
                    }

                    token = response.ResumeToken;
                    if (response.RunId.Length > 0)
                        runId = response.RunId;
                    if (trees.Apply(response) is { } update)
                        yield return update;
                }
            }

            if (!endless && trees.AnyEnded)
                yield break;
            if (anew)
                continue;
            await delay.WaitAsync(lost, "the run", options, cancellationToken);
        }
    }

    private interface IEventStream : IDisposable
    {
        /// <summary>The next event; null at the end of the stream.</summary>
        Task<WatchJobRunResponse?> NextAsync(CancellationToken cancellationToken);

        /// <summary>The server has accepted the watch; nothing need have happened yet.</summary>
        bool IsOpen { get; }
    }

    private sealed class EventStream<T>(AsyncServerStreamingCall<T> call, Func<T, WatchJobRunResponse> read)
        : IEventStream
    {
        public async Task<WatchJobRunResponse?> NextAsync(CancellationToken cancellationToken) =>
            await call.ResponseStream.MoveNext(cancellationToken) ? read(call.ResponseStream.Current) : null;

        public bool IsOpen => call.ResponseHeadersAsync.IsCompletedSuccessfully;

        public void Dispose() => call.Dispose();
    }
}
