using System.Text;
using Dhis2Grpc.Server.Settings;

namespace Dhis2Grpc.Server.Messages.Email;

/// <summary>The server that sends e-mails, as the system settings say. No text of it shows the password.</summary>
internal sealed class EmailServer
{
    private const string Hidden = "***";

    private EmailServer()
    {
    }

    /// <summary>Host.</summary>
    public required string Host { get; init; }

    /// <summary>Port.</summary>
    public required int Port { get; init; }

    /// <summary>Login name; empty when nobody logs in.</summary>
    public required string Username { get; init; }

    /// <summary>Password.</summary>
    public required string Password { get; init; }

    /// <summary>The connection is encrypted.</summary>
    public required bool Tls { get; init; }

    /// <summary>Address that e-mails come from.</summary>
    public required string Sender { get; init; }

    /// <summary>The server of the settings; null when they name none.</summary>
    public static async ValueTask<EmailServer?> LoadAsync(SystemSettings settings, CancellationToken cancellationToken)
    {
        var host = (await settings.TextAsync(SettingKeys.EmailHost, cancellationToken)).Trim();
        return host.Length == 0 ? null : new()
        {
            Host = host,
            Port = await settings.NumberAsync(SettingKeys.EmailPort, cancellationToken),
            Username = await settings.TextAsync(SettingKeys.EmailUsername, cancellationToken),
            Password = await settings.TextAsync(SettingKeys.EmailPassword, cancellationToken),
            Tls = await settings.FlagAsync(SettingKeys.EmailTls, cancellationToken),
            Sender = (await settings.TextAsync(SettingKeys.EmailSender, cancellationToken)).Trim(),
        };
    }

    /// <summary>A text of the server without what it may have repeated of the login.</summary>
    public string Clean(string text)
    {
        if (Password.Length == 0)
            return text;
        // Some servers repeat only ASCII, and a question mark for everything else.
        string[] forms = [$"\0{Username}\0{Password}", Password, Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(Password))];
        return forms.Aggregate(text, (t, form) => t
            .Replace(Convert.ToBase64String(Encoding.UTF8.GetBytes(form)), Hidden, StringComparison.Ordinal)
            .Replace(form, Hidden, StringComparison.Ordinal));
    }
}
