using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Dhis2Grpc.Server.Settings;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Dhis2Grpc.Server.Messages.Email;

/// <summary>Sends e-mails by SMTP. What goes wrong is logged and told, and never thrown: no work fails because of an e-mail.</summary>
internal sealed class EmailSender(SystemSettings settings, IOptions<EmailOptions> options, TimeProvider time, ILogger<EmailSender> logger)
{
    private const int ImplicitTlsPort = 465;

    /// <summary>Sends an e-mail to all of its recipients.</summary>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<EmailOutcome> SendAsync(EmailMessage message, CancellationToken cancellationToken)
    {
        var outcome = await TrySendAsync(message, cancellationToken);
        if (outcome.Sent)
            EmailLog.Sent(logger, message.Subject, message.Recipients.Count);
        else
            EmailLog.NotSent(logger, message.Subject, outcome.Description);
        return outcome;
    }

    /// <summary>Whether a text is an address that can be sent to.</summary>
    public static bool IsAddress(string text) =>
        MailboxAddress.TryParse(text, out var address) && address.Address.Contains('@', StringComparison.Ordinal) && address.Address == text.Trim();

    private async Task<EmailOutcome> TrySendAsync(EmailMessage message, CancellationToken cancellationToken)
    {
        if (await EmailServer.LoadAsync(settings, cancellationToken) is not { } server)
            return new(false, $"host config not found: the setting {SettingKeys.EmailHost} is empty");
        if (message.Recipients.Count == 0 || !message.Recipients.All(IsAddress))
            return new(false, "a recipient is no e-mail address");
        if (!IsAddress(server.Sender))
            return new(false, $"the setting {SettingKeys.EmailSender} is no e-mail address");

        using var timeout = new CancellationTokenSource(options.Value.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var title = await settings.TextAsync(SettingKeys.ApplicationTitle, cancellationToken);
            using var mime = Mime(message, server.Sender, title);
            await SendAsync(mime, server, both.Token);
            return new(true, string.Create(CultureInfo.InvariantCulture, $"sent to {message.Recipients.Count} addresses"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(false, string.Create(CultureInfo.InvariantCulture, $"the mail server did not answer within {options.Value.Timeout.TotalSeconds:0.###} s"));
        }
        catch (Exception e) when (e is IOException or SocketException or ProtocolException or CommandException or AuthenticationException
            or System.Security.Authentication.AuthenticationException or SslHandshakeException or NotSupportedException or InvalidOperationException)
        {
            return new(false, Describe(e, server));
        }
    }

    private static async Task SendAsync(MimeMessage mime, EmailServer server, CancellationToken cancellationToken)
    {
        using var client = new SmtpClient();
        await client.ConnectAsync(server.Host, server.Port, Security(server), cancellationToken);
        if (server.Username.Length > 0)
            await client.AuthenticateAsync(new NetworkCredential(server.Username, server.Password), cancellationToken);
        await client.SendAsync(mime, cancellationToken);
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or ProtocolException or CommandException or OperationCanceledException)
        {
            // It has the message already; how it says goodbye does not matter.
        }
    }

    private static SecureSocketOptions Security(EmailServer server) =>
        !server.Tls ? SecureSocketOptions.None : server.Port == ImplicitTlsPort ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;

    private MimeMessage Mime(EmailMessage message, string sender, string title)
    {
        var mime = new MimeMessage
        {
            Subject = $"[{OneLine(title)}] {OneLine(message.Subject)}",
            Date = time.GetUtcNow(),
            Body = new BodyBuilder { TextBody = message.Text, HtmlBody = Html(message.Text) }.ToMessageBody(),
        };
        mime.From.Add(new MailboxAddress($"{OneLine(title)} message [No reply]", sender));
        mime.Bcc.AddRange(message.Recipients.Select(MailboxAddress.Parse));
        return mime;
    }

    // What other servers say is in the text: nothing of it may be taken for markup.
    private static string Html(string text) =>
        $"<html><body><p>{WebUtility.HtmlEncode(text).ReplaceLineEndings("<br>\r\n")}</p></body></html>";

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Describe(Exception e, EmailServer server) => e switch
    {
        AuthenticationException => $"the mail server does not accept the login{Reason(e, server)}",
        SslHandshakeException or System.Security.Authentication.AuthenticationException => "the mail server's TLS certificate or protocol is not accepted",
        NotSupportedException => $"the mail server offers no encryption, or no login that is known; {SettingKeys.EmailTls} decides whether it must",
        SmtpCommandException refusal => string.Create(CultureInfo.InvariantCulture, $"the mail server refused it with {(int)refusal.StatusCode}{Reason(e, server)}"),
        SocketException => "no connection to the mail server could be made",
        _ => "the connection to the mail server broke",
    };

    private static string Reason(Exception e, EmailServer server)
    {
        var text = OneLine(server.Clean(e.Message));
        return text.Length == 0 ? "" : $": {(text.Length > 200 ? text[..200] + "..." : text)}";
    }
}
