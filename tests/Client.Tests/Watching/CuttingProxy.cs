using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Client.Tests.Watching;

/// <summary>A way to a server that can be cut.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, byte> _sockets = [];
    private readonly CancellationTokenSource _end = new();
    private volatile IPEndPoint _server;
    private readonly Task _accepting;
    private volatile bool _refusing;

    public CuttingProxy(Uri server)
    {
        _server = EndPoint(server);
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>Connections that were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Breaks every connection, without a good-bye.</summary>
    public void Cut()
    {
        Cuts++;
        foreach (var socket in _sockets.Keys)
        {
            // Closing with no time to linger resets the connection.
            socket.Close(0);
        }
    }

    /// <summary>Breaks every connection, and every one to come.</summary>
    public void CutForGood()
    {
        _refusing = true;
        Cut();
    }

    /// <summary>Lets connections through again.</summary>
    public void Mend() => _refusing = false;

    /// <summary>Lets connections through, to another server.</summary>
    public void MendTo(Uri server)
    {
        _server = EndPoint(server);
        Mend();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        CutForGood();
        await _accepting;
        _end.Dispose();
    }

    private static IPEndPoint EndPoint(Uri server) => new(IPAddress.Parse(server.Host), server.Port);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await _listener.AcceptSocketAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The end.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using (client)
        using (var server = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            if (_refusing)
                return;
            _sockets[client] = 0;
            _sockets[server] = 0;
            try
            {
                await server.ConnectAsync(_server, _end.Token);
                await Task.WhenAny(CopyAsync(client, server), CopyAsync(server, client));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // Cut.
            }

            _sockets.TryRemove(client, out _);
            _sockets.TryRemove(server, out _);
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _end.Token) is > 0 and var count)
                await to.SendAsync(buffer.AsMemory(0, count), _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // Cut.
        }
    }
}
