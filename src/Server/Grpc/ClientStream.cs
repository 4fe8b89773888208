using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>What a client streams. A client that breaks off is told apart from a disk that fails: both are
/// <see cref="IOException"/>, and only the second is a failure of this server.</summary>
internal sealed class ClientStream<T>(IAsyncStreamReader<T> inner) : IAsyncStreamReader<T>
{
    /// <inheritdoc/>
    public T Current => inner.Current;

    /// <inheritdoc/>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await inner.MoveNext(cancellationToken);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The client broke off its stream.", e));
        }
    }
}
