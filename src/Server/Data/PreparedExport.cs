using System.Data.Common;

namespace Dhis2Grpc.Server.Data;

/// <summary>An export that was checked and can begin: from here on it is not refused. Dispose it.</summary>
/// <param name="connection">Where it reads.</param>
/// <param name="write">Writes the document.</param>
internal sealed class PreparedExport(DbConnection connection, Func<Stream, CancellationToken, Task> write) : IAsyncDisposable
{
    /// <summary>Writes the document, straight from the store.</summary>
    public Task WriteAsync(Stream output, CancellationToken cancellationToken) => write(output, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
