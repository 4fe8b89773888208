using Dhis2Grpc.Server.Hosting;
using Dhis2Grpc.Server.Warehouse;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Contract.Tests.Hosting;

/// <summary>Health while the warehouse takes its time to open.</summary>
public sealed class HealthAtStartTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_serves_only_once_the_stores_are_open()
    {
        var directory = Directory.CreateTempSubdirectory("dhis2-health-").FullName;
        using var gate = new SlowOpening();
        await using (var app = Node.Build(
            [$"--Dhis2:DataDirectory={directory}", "--Dhis2:Rest:Url=http://127.0.0.1:0", "--Dhis2:Grpc:Url=http://127.0.0.1:0"],
            b =>
            {
                b.Logging.ClearProviders();
                b.Services.AddSingleton<IOptions<WarehouseOptions>>(gate);
            }))
        {
            var start = app.StartAsync(Ct);
            try
            {
                await gate.Opening.WaitAsync(Limit, Ct);
                using var channel = GrpcChannel.ForAddress(await GrpcUrlAsync(app.Services.GetRequiredService<IServer>()));
                var health = new Health.HealthClient(channel);
                Assert.Equal(ServingStatus.NotServing, (await health.CheckAsync(new(), cancellationToken: Ct)).Status);
                using var watch = health.Watch(new(), cancellationToken: Ct);
                Assert.True(await watch.ResponseStream.MoveNext(Ct));
                Assert.NotEqual(ServingStatus.Serving, watch.ResponseStream.Current.Status);
                Assert.False(start.IsCompleted);

                gate.Open();
                await start.WaitAsync(Limit, Ct);

                Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new(), cancellationToken: Ct)).Status);
                while (watch.ResponseStream.Current.Status != ServingStatus.Serving)
                    Assert.True(await watch.ResponseStream.MoveNext(Ct).WaitAsync(Limit, Ct));
            }
            finally
            {
                gate.Open();
            }

            await app.StopAsync(Ct);
        }

        Directory.Delete(directory, recursive: true);
    }

    // The node listens before its start is over, and says so only in its addresses.
    private static async Task<string> GrpcUrlAsync(IServer server)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(Limit);
        while (true)
        {
            if (server.Features.Get<IServerAddressesFeature>()?.Addresses is { Count: 2 } addresses)
                return addresses.Last();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Options that the warehouse gets to read, once it has its file in hand, only when the gate opens.</summary>
    private sealed class SlowOpening : IOptions<WarehouseOptions>, IDisposable
    {
        private readonly ManualResetEventSlim _gate = new();
        private readonly TaskCompletionSource _opening = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Opening => _opening.Task;

        public WarehouseOptions Value
        {
            get
            {
                _opening.TrySetResult();
                _gate.Wait(Limit, CancellationToken.None);
                return new WarehouseOptions();
            }
        }

        public void Open() => _gate.Set();

        public void Dispose() => _gate.Dispose();
    }
}
