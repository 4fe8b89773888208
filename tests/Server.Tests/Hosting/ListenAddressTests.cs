using Dhis2Grpc.Server.Hosting;

namespace Dhis2Grpc.Server.Tests.Hosting;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1", false, 8080, true)]
    [InlineData("http://127.0.0.1:0/", "127.0.0.1", false, 0, true)]
    [InlineData("http://localhost:8080", null, true, 8080, true)]
    [InlineData("http://localhost:0", "127.0.0.1", false, 0, true)]
    [InlineData("http://[::1]:8081", "::1", false, 8081, true)]
    [InlineData("http://0.0.0.0:80", "0.0.0.0", false, 80, false)]
    [InlineData("http://*:8080", null, false, 8080, false)]
    [InlineData("http://+:8080", null, false, 8080, false)]
    [InlineData("http://10.0.0.7:8080", "10.0.0.7", false, 8080, false)]
    public void Reads(string url, string? address, bool localhost, int port, bool loopback)
    {
        var read = ListenAddress.Parse(url, out _)!;

        Assert.Equal((address, localhost, port, loopback), (read.Address?.ToString(), read.Localhost, read.Port, read.IsLoopback));
    }

    [Theory]
    [InlineData("", "is not a URL")]
    [InlineData("8080", "is not a URL")]
    [InlineData("http://127.0.0.1:99999", "is not a URL")]
    [InlineData("https://127.0.0.1:8080", "must start with http://")]
    [InlineData("http://127.0.0.1:8080/api", "must have no path")]
    [InlineData("http://example.org:8080", "must name an IP address")]
    public void Says_what_is_wrong(string url, string problem)
    {
        Assert.Null(ListenAddress.Parse(url, out var said));
        Assert.StartsWith(problem, said, StringComparison.Ordinal);
    }
}
