using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Messages.Email;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Settings;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>Tells the address for notifications how the synchronization of metadata goes.</summary>
internal sealed class VersionMails(SystemSettings settings, EmailSender email)
{
    private const string Success = "Success Notification: Metadata Synchronization";
    private const string Failure = "Action Required: MetadataSync Failed Notification";

    // As many as somebody reads.
    private const int MaxErrors = 50;

    /// <summary>A version was imported.</summary>
    /// <returns>What became of the e-mail; null when nobody wants one.</returns>
    public Task<EmailOutcome?> SendAsync(VersionOutcome outcome, CancellationToken cancellationToken)
    {
        var text = new StringBuilder($"Metadata version {outcome.Version.Describe()} was imported: {outcome.Report.Describe()}\n\n");
        foreach (var type in outcome.Report.Types)
            text.Append(CultureInfo.InvariantCulture, $"{type.Class}: {type.Stats.Describe()}\n");
        AddErrors(text, outcome.Report);
        return SendAsync(Success, text, cancellationToken);
    }

    /// <summary>The synchronization ended before everything was imported.</summary>
    /// <param name="failures">The steps that failed, and why.</param>
    /// <param name="report">What the import found wrong; null when it was no import that failed.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What became of the e-mail; null when nobody wants one.</returns>
    public Task<EmailOutcome?> SendAsync(IReadOnlyList<StepFailure> failures, MetadataImportReport? report, CancellationToken cancellationToken)
    {
        var text = new StringBuilder("The synchronization of metadata with the remote server failed:\n\n");
        foreach (var (step, message) in failures)
            text.Append(CultureInfo.InvariantCulture, $"{step}: {message}\n");
        if (report is not null)
            AddErrors(text, report);
        return SendAsync(Failure, text, cancellationToken);
    }

    private static void AddErrors(StringBuilder text, MetadataImportReport report)
    {
        var errors = report.AllErrors().ToList();
        if (errors.Count == 0)
            return;
        text.Append('\n');
        foreach (var (found, error) in errors.Take(MaxErrors))
            text.Append(CultureInfo.InvariantCulture, $"{found.Class} {found.Uid}: {error.Code} {error.Message}\n");
        if (errors.Count > MaxErrors)
            text.Append(CultureInfo.InvariantCulture, $"... and {errors.Count - MaxErrors} more errors\n");
    }

    private async Task<EmailOutcome?> SendAsync(string subject, StringBuilder text, CancellationToken cancellationToken)
    {
        var address = (await settings.TextAsync(SettingKeys.NotificationsEmail, cancellationToken)).Trim();
        if (address.Length == 0)
            return null;
        return EmailSender.IsAddress(address)
            ? await email.SendAsync(new EmailMessage([address], subject, text.ToString()), cancellationToken)
            : new(false, $"the setting {SettingKeys.NotificationsEmail} is no e-mail address");
    }
}

/// <summary>A step of a synchronization that failed.</summary>
/// <param name="Step">What was done.</param>
/// <param name="Message">Why it failed.</param>
internal sealed record StepFailure(string Step, string Message);
