using Google.Protobuf;
using Grpc.Core;

namespace Dhis2Grpc.Client.Documents;

/// <summary>Sends one document through a client-streaming call.</summary>
internal static class ImportCall
{
    /// <summary>Sends the options, then what <paramref name="write"/> writes, and waits for the answer.</summary>
    public static async Task<TResponse> RunAsync<TRequest, TResponse>(
        AsyncClientStreamingCall<TRequest, TResponse> call,
        TRequest options,
        Func<ByteString, TRequest> message,
        Func<Stream, CancellationToken, Task> write,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        using (call)
        {
            try
            {
                await call.RequestStream.WriteAsync(options, cancellationToken);
                await using var upload = new DocumentUpload<TRequest>(call.RequestStream, message, progress);
                await write(upload, cancellationToken);
                await upload.EndAsync(cancellationToken);
            }
            catch (Exception e) when (e is RpcException
                || (e is InvalidOperationException && call.ResponseAsync.IsCompleted))
            {
                // The server ended the call before it had read everything: its answer says why.
            }

            return await call.ResponseAsync;
        }
    }
}
