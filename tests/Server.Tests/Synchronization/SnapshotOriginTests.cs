using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Synchronization.Versions;

namespace Dhis2Grpc.Server.Tests.Synchronization;

public sealed class SnapshotOriginTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"system":{"id":"a","version":"2.39.0"},"dataElements":[]}""", "2.39.0")]
    [InlineData("""{"dataElements":[{"id":"a","system":{"version":"9"},"version":"8"}],"version":"7","system":{"rev":{"version":"6"},"version":"2.\u0034\u0030"}}""", "2.40")]
    [InlineData(""" { "system" : { "version" : "2.40.0" """, "2.40.0")]
    [InlineData("""{"system":{"id":"a"},"other":{"version":"1"}}""", null)]
    [InlineData("""{"system":"version","version":"1"}""", null)]
    [InlineData("""{"system":{"version":240}}""", null)]
    [InlineData("""{"system":[{"version":"1"}]}""", null)]
    [InlineData("""[{"system":{"version":"1"}}]""", null)]
    [InlineData("{}", null)]
    public async Task The_version_is_the_one_of_the_system_however_the_document_arrives(string document, string? version)
    {
        foreach (var piece in new[] { 1, 2, 3, 7, 1 << 20 })
            Assert.Equal(version, await SnapshotOrigin.ReadAsync(new Pieces(Encoding.UTF8.GetBytes(document), piece), Ct));
    }

    [Fact]
    public async Task Values_longer_than_any_buffer_are_passed_over()
    {
        var document = $$"""{"text":"{{new string('x', 300_000)}}","system":{"version":"2.40.0"} }""";
        Assert.Equal("2.40.0", await SnapshotOrigin.ReadAsync(new Pieces(Encoding.UTF8.GetBytes(document), 10_000), Ct));
    }

    [Theory]
    [InlineData("""{"system":{"id":"a",}}""")]
    [InlineData("""{"dataElements":[{"id":"a"}""")]
    [InlineData("no json")]
    public async Task What_is_no_JSON_is_an_error(string document) =>
        await Assert.ThrowsAnyAsync<JsonException>(() => SnapshotOrigin.ReadAsync(new Pieces(Encoding.UTF8.GetBytes(document), 3), Ct));

    private sealed class Pieces(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}
