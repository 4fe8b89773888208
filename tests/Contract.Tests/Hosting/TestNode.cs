using System.Net.Http.Headers;
using System.Text;
using Contract.Tests.OpenApi;
using Dhis2Grpc.Server.Hosting;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Contract.Tests.Hosting;

/// <summary>The real server, in this process, on free ports and a directory of its own. Disposing it fails the test
/// when the server logged an error that the test did not announce.</summary>
public sealed class TestNode : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ErrorWatch _errors;
    private readonly bool _ownsDirectory;
    private readonly HttpMessageHandler _grpcHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
    private bool _stopped;

    private TestNode(WebApplication app, ErrorWatch errors, string dataDirectory, bool ownsDirectory)
    {
        _app = app;
        _errors = errors;
        _ownsDirectory = ownsDirectory;
        DataDirectory = dataDirectory;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        RestUrl = new Uri(addresses.First());
        GrpcUrl = new Uri(addresses.Last());
        Http = ConnectHttp("admin", "district");
        Channel = Connect("admin", "district");
    }

    /// <summary>REST, as the administrator.</summary>
    public HttpClient Http { get; }

    /// <summary>gRPC, as the administrator.</summary>
    public GrpcChannel Channel { get; }

    /// <summary>Base of the REST face.</summary>
    public Uri RestUrl { get; }

    /// <summary>Base of the gRPC face.</summary>
    public Uri GrpcUrl { get; }

    /// <summary>The server's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Where the node keeps its data; deleted with it unless given.</summary>
    public string DataDirectory { get; }

    /// <summary>Adds a user with authorities, none when no are named.</summary>
    public async Task AddUserAsync(string uid, string username, string password, params string[] authorities) =>
        await Services.GetRequiredService<IUserStore>().SaveAsync(
            new User
            {
                Uid = uid,
                Username = username,
                FirstName = username,
                Surname = username,
                PasswordHash = Services.GetRequiredService<PasswordHash>().Hash(password),
                Authorities = authorities.ToHashSet(),
                Created = default,
                LastUpdated = default,
            },
            TestContext.Current.CancellationToken);

    /// <summary>Starts a node.</summary>
    /// <param name="configure">Last word on the services, such as another job.</param>
    /// <param name="time">The node's clock; the real one when null.</param>
    /// <param name="dataDirectory">Where it keeps its data, to restart on it; a fresh directory when null.</param>
    /// <param name="settings">More settings, such as <c>Dhis2:TimeZone=Africa/Kampala</c>.</param>
    public static async Task<TestNode> StartAsync(
        Action<WebApplicationBuilder>? configure = null,
        FakeTimeProvider? time = null,
        string? dataDirectory = null,
        params string[] settings)
    {
        var directory = dataDirectory ?? Directory.CreateTempSubdirectory("dhis2-node-").FullName;
        var errors = new ErrorWatch();
        string[] args =
        [
            $"--Dhis2:DataDirectory={directory}",
            "--Dhis2:Rest:Url=http://127.0.0.1:0",
            "--Dhis2:Grpc:Url=http://127.0.0.1:0",
            .. settings.Select(s => $"--{s}"),
        ];
        var app = Node.Build(args, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(errors);
            if (time is not null)
                builder.Services.AddSingleton<TimeProvider>(time);
            configure?.Invoke(builder);
        });
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            if (dataDirectory is null)
                Directory.Delete(directory, recursive: true);
            throw;
        }

        return new TestNode(app, errors, directory, dataDirectory is null);
    }

    /// <summary>A gRPC channel with these credentials; without any when the name is null.</summary>
    public GrpcChannel Connect(string? username, string? password)
    {
        var options = new GrpcChannelOptions { HttpHandler = _grpcHandler, DisposeHttpClient = false, MaxReceiveMessageSize = null };
        if (username is not null)
        {
            var basic = Basic(username, password ?? "");
            options.UnsafeUseInsecureChannelCallCredentials = true;
            options.Credentials = ChannelCredentials.Create(ChannelCredentials.Insecure, CallCredentials.FromInterceptor((_, metadata) =>
            {
                metadata.Add("authorization", basic.ToString());
                return Task.CompletedTask;
            }));
        }

        return GrpcChannel.ForAddress(GrpcUrl, options);
    }

    /// <summary>A REST client with these credentials; without any when the name is null. Responses that the OpenAPI document
    /// does not describe fail the test.</summary>
    public HttpClient ConnectHttp(string? username, string? password)
    {
        var http = new HttpClient(new DocumentedResponses(Services, new SocketsHttpHandler { AllowAutoRedirect = false })) { BaseAddress = RestUrl };
        if (username is not null)
            http.DefaultRequestHeaders.Authorization = Basic(username, password ?? "");
        return http;
    }

    /// <summary>The test causes errors on purpose whose log text contains this.</summary>
    public void ExpectErrors(string containing) => _errors.Expect(containing);

    /// <summary>Stops the server in order; clients stay usable to see how it ends.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        Http.Dispose();
        await StopAsync();
        _grpcHandler.Dispose();
        if (_ownsDirectory)
            Directory.Delete(DataDirectory, recursive: true);
        _errors.Check();
    }

    private static AuthenticationHeaderValue Basic(string username, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
}
