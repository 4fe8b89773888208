using System.ComponentModel.DataAnnotations;

namespace Dhis2Grpc.Server.Messages.Email;

/// <summary>How e-mails are sent: section <c>Dhis2:Email</c>. Which server sends them is in the system settings.</summary>
internal sealed class EmailOptions
{
    /// <summary>How long sending an e-mail may take in all. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
