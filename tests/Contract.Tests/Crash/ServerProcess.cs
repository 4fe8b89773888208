using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Grpc.Core;
using Grpc.Net.Client;

namespace Contract.Tests.Crash;

/// <summary>The server as a process of its own, on free ports, with clients that log in as the administrator.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource<(Uri RestUrl, Uri GrpcUrl)> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _sinceStart = Stopwatch.StartNew();
    private HttpClient? _http;
    private GrpcChannel? _channel;

    private ServerProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, e) => Take(e.Data);
        _process.ErrorDataReceived += (_, e) => Take(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>REST.</summary>
    public HttpClient Http => _http!;

    /// <summary>gRPC.</summary>
    public GrpcChannel Channel => _channel!;

    /// <summary>Base of the gRPC face.</summary>
    public Uri GrpcUrl { get; private set; } = null!;

    /// <summary>Base of the REST face.</summary>
    public Uri RestUrl { get; private set; } = null!;

    /// <summary>What it wrote to its console.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>From its start until it said that it listens.</summary>
    public TimeSpan StartedIn { get; private set; }

    /// <summary>The test is about to kill it: failing calls are no surprise.</summary>
    public bool IsDoomed { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts it without waiting.</summary>
    public static ServerProcess Launch(string directory) => new(Command(directory));

    /// <summary>Starts it through another program that then becomes the server.</summary>
    public static ServerProcess LaunchThrough(string directory, string program, params string[] arguments)
    {
        var command = Command(directory);
        string[] own = [.. command.ArgumentList];
        command.ArgumentList.Clear();
        foreach (var argument in (string[])[.. arguments, command.FileName, .. own])
            command.ArgumentList.Add(argument);
        command.FileName = program;
        return new(command);
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(string directory, params string[] environment)
    {
        var command = Command(directory);
        foreach (var setting in environment)
            command.Environment[setting.Split('=', 2)[0]] = setting.Split('=', 2)[1];
        var server = new ServerProcess(command);
        try
        {
            await server.ReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until it says that it listens.</summary>
    public async Task ReadyAsync()
    {
        var ended = _process.WaitForExitAsync(Token);
        if (await Task.WhenAny(_listening.Task, ended).WaitAsync(Limit, Token) == ended)
            Assert.Fail($"The server ended with {_process.ExitCode}:\n{Log}");
        StartedIn = _sinceStart.Elapsed;
        (RestUrl, GrpcUrl) = await _listening.Task;
        var basic = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:district")));
        // A name of its own, so that links are the same whatever the port.
        _http = new HttpClient { BaseAddress = RestUrl, Timeout = Limit, DefaultRequestHeaders = { Authorization = basic, Host = "dhis2.test" } };
        _channel = Connect(null);
    }

    /// <summary>A gRPC channel over connections of this handler; over ones of its own when null.</summary>
    public GrpcChannel Connect(HttpMessageHandler? handler) => GrpcChannel.ForAddress(GrpcUrl, new GrpcChannelOptions
    {
        HttpHandler = handler,
        MaxReceiveMessageSize = null,
        UnsafeUseInsecureChannelCallCredentials = true,
        Credentials = ChannelCredentials.Create(ChannelCredentials.Insecure, CallCredentials.FromInterceptor((_, metadata) =>
        {
            metadata.Add("authorization", Http.DefaultRequestHeaders.Authorization!.ToString());
            return Task.CompletedTask;
        })),
    });

    /// <summary>Waits for its first words: it runs, and has not started yet.</summary>
    public Task SpokenAsync() => _firstLine.Task.WaitAsync(Limit, Token);

    /// <summary>Ends it as a crash does: SIGKILL.</summary>
    public async Task KillAsync()
    {
        IsDoomed = true;
        _process.Kill();
        await _process.WaitForExitAsync(Token).WaitAsync(Limit, Token);
    }

    /// <summary>Asks it to end, as service managers do: SIGTERM.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(provider: null)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync(Token).WaitAsync(Limit, Token);
        return _process.ExitCode;
    }

    /// <summary>Whether a failure is what a client sees of a killed server.</summary>
    public bool IsCrash(Exception e) => IsDoomed && e is HttpRequestException or IOException or OperationCanceledException or InvalidOperationException
        or RpcException { StatusCode: StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _http?.Dispose();
        _channel?.Dispose();
        _process.Dispose();
    }

    private static ProcessStartInfo Command(string directory) => new(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Path.Combine(AppContext.BaseDirectory, "Dhis2Grpc.Server.dll")])
    {
        Environment =
        {
            ["Dhis2__DataDirectory"] = directory,
            ["Dhis2__Rest__Url"] = "http://127.0.0.1:0",
            ["Dhis2__Grpc__Url"] = "http://127.0.0.1:0",
        },
    };

    private void Take(string? line)
    {
        if (line is null)
            return;
        _log.Enqueue(line);
        _firstLine.TrySetResult();
        if (Listening().Match(line) is { Success: true } found)
            _listening.TrySetResult((new(found.Groups[1].Value), new(found.Groups[2].Value)));
    }

    [GeneratedRegex("Listening: REST on (http://[^ ,]+), gRPC on (http://[^ ,]+)")]
    private static partial Regex Listening();
}
