namespace Dhis2Grpc.Server.Messages.Email;

/// <summary>An e-mail of the system.</summary>
/// <param name="Recipients">Addresses; nobody sees the others'.</param>
/// <param name="Subject">Subject, without the installation's title.</param>
/// <param name="Text">The plain text, line by line.</param>
internal sealed record EmailMessage(IReadOnlyList<string> Recipients, string Subject, string Text);

/// <summary>What became of an e-mail.</summary>
/// <param name="Sent">The server took it.</param>
/// <param name="Description">That in words, without the login.</param>
internal sealed record EmailOutcome(bool Sent, string Description);
