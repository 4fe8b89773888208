using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>A document that a client sends in chunks, as a stream. A sender is never more than one buffer ahead of the reader.</summary>
internal static class IncomingDocument
{
    /// <summary>Runs the reader on the document.</summary>
    /// <param name="first">The first message, already received.</param>
    /// <param name="rest">The messages after it.</param>
    /// <param name="content">The chunk in a message.</param>
    /// <param name="read">What reads the document.</param>
    /// <param name="cancellationToken">The call's token.</param>
    public static async Task<TResult> ReadAsync<TMessage, TResult>(
        TMessage first, IAsyncStreamReader<TMessage> rest, Func<TMessage, ByteString> content, Func<Stream, Task<TResult>> read, CancellationToken cancellationToken)
    {
        var pipe = new Pipe();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var filling = FillAsync(pipe.Writer, first, rest, content, stop.Token);
        try
        {
            var result = await read(pipe.Reader.AsStream());
            await filling;
            return result;
        }
        finally
        {
            // A reader that gave up must not leave the sender waiting for room in the pipe.
            await pipe.Reader.CompleteAsync();
            await stop.CancelAsync();
            await filling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task FillAsync<TMessage>(
        PipeWriter writer, TMessage first, IAsyncStreamReader<TMessage> rest, Func<TMessage, ByteString> content, CancellationToken cancellationToken)
    {
        try
        {
            await writer.WriteAsync(content(first).Memory, cancellationToken);
            while (await rest.MoveNext(cancellationToken))
            {
                var result = await writer.WriteAsync(content(rest.Current).Memory, cancellationToken);
                if (result.IsCompleted) break;
            }
            await writer.CompleteAsync();
        }
        catch (Exception e)
        {
            // The reader must not take a broken connection for the end of the document.
            await writer.CompleteAsync(e);
            throw;
        }
    }
}
