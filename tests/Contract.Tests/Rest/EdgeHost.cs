using System.Net;
using Contract.Tests.Hosting;
using Contract.Tests.OpenApi;
using Dhis2Grpc.Server.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Contract.Tests.Rest;

/// <summary>The edge over a real port in front of services that a test plays. Disposing it fails the test when the
/// server logged an error that the test did not announce.</summary>
internal sealed class EdgeHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ErrorWatch _errors;

    private EdgeHost(WebApplication app, ErrorWatch errors)
    {
        (_app, _errors) = (app, errors);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http = new HttpClient(new DocumentedResponses(app.Services, new SocketsHttpHandler())) { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(30) };
        Jobs = app.Services.GetRequiredService<PlayedJobs>();
        Runs = app.Services.GetRequiredService<PlayedRuns>();
    }

    public HttpClient Http { get; }

    public PlayedJobs Jobs { get; }

    public PlayedRuns Runs { get; }

    public string BaseUrl => Http.BaseAddress!.ToString().TrimEnd('/');

    public static async Task<EdgeHost> StartAsync(
        Action<RestOptions>? options = null, Action<KestrelServerLimits>? limits = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var errors = new ErrorWatch();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(errors);
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http1);
            limits?.Invoke(k.Limits);
        });
        builder.Services.AddRestEdge();
        builder.Services.AddSingleton<PlayedJobs>();
        builder.Services.AddSingleton<PlayedRuns>();
        if (options is not null)
            builder.Services.Configure(options);
        var app = builder.Build();
        app.UseRestEdge();
        app.MapGrpcService<PlayedJobs>();
        app.MapGrpcService<PlayedRuns>();
        app.MapGrpcService<PlayedSystem>();
        app.MapGrpcService<PlayedSynchronization>();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new EdgeHost(app, errors);
    }

    public void ExpectErrors(string containing) => _errors.Expect(containing);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _errors.Check();
    }
}
