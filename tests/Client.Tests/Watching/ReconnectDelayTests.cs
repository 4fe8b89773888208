using Dhis2Grpc.Client.Errors;
using Dhis2Grpc.Client.Watching;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace Client.Tests.Watching;

public sealed class ReconnectDelayTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Waits_grow_to_five_seconds_and_start_over_after_success()
    {
        var delay = new ReconnectDelay(_time, TimeSpan.FromMinutes(5));
        Assert.InRange(delay.Next(null)!.Value.TotalMilliseconds, 75, 125);
        Assert.InRange(delay.Next(null)!.Value.TotalMilliseconds, 150, 250);
        for (var i = 0; i < 20; i++)
            delay.Next(null);
        Assert.InRange(delay.Next(null)!.Value.TotalSeconds, 3.75, 6.25);
        delay.Reset();
        Assert.InRange(delay.Next(null)!.Value.TotalMilliseconds, 75, 125);
    }

    [Fact]
    public void What_the_server_asks_for_is_honoured()
    {
        var status = new Google.Rpc.Status { Code = (int)Code.Unavailable, Message = "down for an upgrade" };
        status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(42)) }));
        var failure = Dhis2Exception.From(status.ToRpcException());
        Assert.True(failure.IsConnectionLost);
        Assert.Equal("down for an upgrade", failure.Message);
        Assert.Equal(TimeSpan.FromSeconds(42), new ReconnectDelay(_time, TimeSpan.FromMinutes(5)).Next(failure));
    }

    [Fact]
    public void Attempts_end_after_the_limit()
    {
        var delay = new ReconnectDelay(_time, TimeSpan.FromSeconds(10));
        Assert.NotNull(delay.Next(null));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.NotNull(delay.Next(null));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(delay.Next(null));
    }
}
