using System.Net;
using System.Net.Sockets;
using Contract.Tests.Hosting;
using Dhis2Grpc.Server.Messages.Email;
using Dhis2Grpc.Server.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Messages;

/// <summary>E-mails by real SMTP.</summary>
public sealed class EmailTests
{
    private static readonly EmailMessage Message = new(["a@x.test", "b@x.test"], "Häßlich\r\nBcc: evil@x.test", "Line <one> & \"two\"\nLine three");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_email_arrives_as_text_and_html_and_no_recipient_sees_the_others(bool login)
    {
        await using var server = MailServer.Start(login);
        await using var node = await TestNode.StartAsync();
        await server.ConnectAsync(node, login ? [new(SettingKeys.EmailUsername, MailServer.Username), new(SettingKeys.EmailPassword, MailServer.Password)] : []);

        var outcome = await SendAsync(node);

        Assert.True(outcome.Sent, outcome.Description);
        var mail = Assert.Single(server.Mails);
        Assert.Equal(["a@x.test", "b@x.test"], mail.Recipients);
        Assert.Equal("[DHIS 2] Häßlich Bcc: evil@x.test", mail.Message.Subject);
        Assert.Equal("\"DHIS 2 message [No reply]\" <node@ministry.test>", mail.Message.From.ToString());
        Assert.Equal("Line <one> & \"two\"\nLine three", mail.Message.TextBody!.ReplaceLineEndings("\n").TrimEnd());
        Assert.Contains("Line &lt;one&gt; &amp; &quot;two&quot;<br>", mail.Message.HtmlBody, StringComparison.Ordinal);
        Assert.Empty(mail.Message.Bcc);
        Assert.DoesNotContain("a@x.test", mail.Raw, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no host", "host config not found")]
    [InlineData("no sender", "keyEmailSender is no e-mail address")]
    [InlineData("nobody there", "no connection to the mail server could be made")]
    [InlineData("wrong password", "does not accept the login")]
    [InlineData("refused", "the mail server refused it with 554: your login is *** ***")]
    [InlineData("untrusted", "TLS certificate or protocol is not accepted")]
    [InlineData("no tls", "offers no encryption")]
    [InlineData("silent", "did not answer within 0.3 s")]
    [InlineData("no mail server", "the connection to the mail server broke")]
    public async Task An_email_that_cannot_be_sent_is_told_in_words_without_the_login(string how, string words)
    {
        await using var server = MailServer.Start(login: how is "wrong password" or "refused", tls: how == "untrusted");
        using var strange = new TcpListener(IPAddress.Loopback, 0);
        strange.Start();
        var greeting = how == "no mail server" ? GreetAsync(strange) : Task.CompletedTask;
        await using var node = await TestNode.StartAsync(settings: how == "silent" ? ["Dhis2:Email:Timeout=00:00:00.300"] : []);
        var port = how switch
        {
            "nobody there" => MailServer.FreePort(),
            "silent" or "no mail server" => ((IPEndPoint)strange.LocalEndpoint).Port,
            _ => server.Port,
        };
        await MailServer.ConnectAsync(node, port,
            new(SettingKeys.EmailTls, how is "untrusted" or "no tls" ? "true" : "false"),
            new(SettingKeys.EmailHost, how == "no host" ? "" : "127.0.0.1"),
            new(SettingKeys.EmailSender, how == "no sender" ? "nobody" : "node@ministry.test"),
            new(SettingKeys.EmailUsername, how is "wrong password" or "refused" ? MailServer.Username : ""),
            new(SettingKeys.EmailPassword, how == "wrong password" ? "wrong-Zq9" : MailServer.Password));
        var login = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"\0{MailServer.Username}\0{MailServer.Password}"));
        server.Refusal = how == "refused" ? $"your login is {login} {MailServer.Password}" : null;

        var outcome = await SendAsync(node);

        Assert.False(outcome.Sent);
        Assert.Contains(words, outcome.Description, StringComparison.Ordinal);
        Assert.DoesNotContain(MailServer.Password, outcome.Description, StringComparison.Ordinal);
        Assert.Empty(server.Mails);
        await greeting;
    }

    [Fact]
    public async Task The_password_of_the_mail_server_is_never_told()
    {
        await using var node = await TestNode.StartAsync();
        var written = await node.Http.PostAsync("/api/systemSettings/keyEmailPassword", new StringContent(MailServer.Password), Ct);
        Assert.Equal(HttpStatusCode.OK, written.StatusCode);

        string[] said =
        [
            await written.Content.ReadAsStringAsync(Ct), await node.Http.GetStringAsync("/api/systemSettings", Ct),
            await (await node.Http.GetAsync("/api/systemSettings/keyEmailPassword", Ct)).Content.ReadAsStringAsync(Ct),
            await node.Http.GetStringAsync("/api/systemSettings?key=keyEmailPassword&key=keyEmailPort", Ct),
        ];

        Assert.All(said, s => Assert.DoesNotContain(MailServer.Password, s, StringComparison.Ordinal));
        Assert.Contains("\"keyEmailPort\":587", said[1], StringComparison.Ordinal);
        Assert.Equal(MailServer.Password, await node.Services.GetRequiredService<SystemSettings>().TextAsync(SettingKeys.EmailPassword, Ct));
        foreach (var file in Directory.EnumerateFiles(node.DataDirectory, "*.db", SearchOption.AllDirectories))
            Assert.False((await ReadSharedAsync(file)).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(MailServer.Password)) >= 0, file);
    }

    private static Task<EmailOutcome> SendAsync(TestNode node) => node.Services.GetRequiredService<EmailSender>().SendAsync(Message, Ct);

    private static async Task GreetAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Ct);
        await client.GetStream().WriteAsync("SSH-2.0-OpenSSH_9.9\r\n"u8.ToArray(), Ct);
    }

    private static async Task<byte[]> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Ct);
        return copy.ToArray();
    }
}
