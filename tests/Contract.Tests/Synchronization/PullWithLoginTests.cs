using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Contract.Tests.Crash;
using Contract.Tests.Data;

namespace Contract.Tests.Synchronization;

/// <summary>A pull that logs in: by https, and at the remote server only. The server is a process of its own, since what it trusts
/// is said to it as to any program.</summary>
public sealed class PullWithLoginTests
{
    private const string Password = "s3cret-W0rd";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    public async Task The_login_goes_to_the_remote_server_when_that_is_allowed(bool allowed, bool sameOrigin, bool loggedIn)
    {
        using var directory = new TemporaryDirectory();
        using var certificate = Certificate();
        var trusted = Path.Combine(directory.Path, "trusted.pem");
        await File.WriteAllTextAsync(trusted, certificate.ExportCertificatePem(), Ct);
        await using var peer = await Peer.StartAsync(certificate);
        await using var other = await Peer.StartAsync(certificate);
        peer.Answer = _ => new(200, DataNode.Metadata);
        await using var server = await ServerProcess.StartAsync(directory.Path, $"SSL_CERT_FILE={trusted}",
            $"Dhis2__Synchronization__PullWithLogin={allowed}", $"Dhis2__Synchronization__AllowedServers__0={Origin(peer)}");
        await SetAsync(server, sameOrigin ? peer : other);

        using var answer = await PullAsync(server, $"{Origin(peer)}/api/metadata");

        var body = await answer.Content.ReadAsStringAsync(Ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
        var expected = loggedIn ? $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"local:{Password}"))}" : "";
        Assert.Equal(expected, Assert.Single(peer.Requests).Authorization);
        Assert.DoesNotContain(Password, body + server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_logs_in_follows_no_redirect()
    {
        using var directory = new TemporaryDirectory();
        using var certificate = Certificate();
        var trusted = Path.Combine(directory.Path, "trusted.pem");
        await File.WriteAllTextAsync(trusted, certificate.ExportCertificatePem(), Ct);
        await using var peer = await Peer.StartAsync(certificate);
        peer.Answer = _ => new(302) { Headers = new() { ["Location"] = $"{Origin(peer)}/elsewhere" } };
        await using var server = await ServerProcess.StartAsync(directory.Path, $"SSL_CERT_FILE={trusted}",
            "Dhis2__Synchronization__PullWithLogin=true", $"Dhis2__Synchronization__AllowedServers__0={Origin(peer)}");
        await SetAsync(server, peer);

        using var answer = await PullAsync(server, $"{Origin(peer)}/api/metadata");

        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("who logs in is not sent elsewhere", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Single(peer.Requests);
    }

    private static async Task SetAsync(ServerProcess server, Peer remote)
    {
        using var content = new StringContent(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["keyRemoteInstanceUrl"] = $"{Origin(remote)}/",
            ["keyRemoteInstanceUsername"] = "local",
            ["keyRemoteInstancePassword"] = Password,
        }), Encoding.UTF8, "application/json");
        (await server.Http.PostAsync("/api/systemSettings", content, Ct)).EnsureSuccessStatusCode();
    }

    private static async Task<HttpResponseMessage> PullAsync(ServerProcess server, string url)
    {
        using var content = new StringContent(url, Encoding.UTF8, "text/plain");
        return await server.Http.PostAsync("/api/synchronization/metadataPull", content, Ct);
    }

    private static string Origin(Peer peer) => peer.Url.GetLeftPart(UriPartial.Authority);

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
