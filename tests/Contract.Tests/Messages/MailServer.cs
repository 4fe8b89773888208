using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Contract.Tests.Hosting;
using Dhis2Grpc.Server.Settings;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace Contract.Tests.Messages;

/// <summary>A real SMTP server on this machine that keeps what it gets.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    public const string Username = "mailer", Password = "p4ß:mail-Zq8";

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Where it listens.</summary>
    public int Port { get; private init; }

    /// <summary>What it took, in order.</summary>
    public ConcurrentQueue<ReceivedMail> Mails { get; } = [];

    /// <summary>Refuses messages with these words; null takes them.</summary>
    public string? Refusal { get; set; }

    /// <summary>Starts it.</summary>
    /// <param name="login">Takes mail of those only who log in.</param>
    /// <param name="tls">Offers STARTTLS, with a certificate that nobody has a reason to trust.</param>
    public static MailServer Start(bool login = false, bool tls = false)
    {
        var server = new MailServer { Port = FreePort() };
        var options = new SmtpServerOptionsBuilder().ServerName("mail.test").Endpoint(e =>
        {
            e.Endpoint(new IPEndPoint(IPAddress.Loopback, server.Port)).AuthenticationRequired(login).AllowUnsecureAuthentication(true);
            if (tls)
                e.Certificate(Certificate());
        }).Build();
        var services = new global::SmtpServer.ComponentModel.ServiceProvider();
        services.Add(new Store(server));
        services.Add(new DelegatingUserAuthenticator((user, password) => user == Username && password == Password));
        server._running = new global::SmtpServer.SmtpServer(options, services).StartAsync(server._stop.Token);
        return server;
    }

    /// <summary>Tells a node that its mail goes here.</summary>
    public Task ConnectAsync(TestNode node, params KeyValuePair<string, string?>[] settings) => ConnectAsync(node, Port, settings);

    /// <summary>Tells a node the port of its mail server.</summary>
    public static async Task ConnectAsync(TestNode node, int port, params KeyValuePair<string, string?>[] settings) =>
        await node.Services.GetRequiredService<SystemSettings>().SetAsync(
            [
                new(SettingKeys.EmailHost, "127.0.0.1"), new(SettingKeys.EmailPort, port.ToString(provider: null)), new(SettingKeys.EmailTls, "false"),
                new(SettingKeys.EmailSender, "node@ministry.test"), new(SettingKeys.NotificationsEmail, "admin@ministry.test"), .. settings,
            ], TestContext.Current.CancellationToken);

    /// <summary>A port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(10)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=mail.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }

    private sealed class Store(MailServer server) : MessageStore
    {
        public override async Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            if (server.Refusal is { } refusal)
                return new SmtpResponse(SmtpReplyCode.TransactionFailed, refusal);
            using var stream = new MemoryStream(buffer.ToArray());
            server.Mails.Enqueue(new(
                [.. transaction.To.Select(t => $"{t.User}@{t.Host}")], await MimeMessage.LoadAsync(stream, cancellationToken), System.Text.Encoding.UTF8.GetString(buffer.ToArray())));
            return SmtpResponse.Ok;
        }
    }
}

/// <summary>An e-mail as it arrived.</summary>
internal sealed record ReceivedMail(string[] Recipients, MimeMessage Message, string Raw);
