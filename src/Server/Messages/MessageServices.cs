using Dhis2Grpc.Server.Messages.Email;

namespace Dhis2Grpc.Server.Messages;

/// <summary>Registers the feature.</summary>
internal static class MessageServices
{
    /// <summary>Adds messages to people.</summary>
    public static IServiceCollection AddMessages(this IServiceCollection services)
    {
        services.AddOptions<EmailOptions>();
        services.AddSingleton<EmailSender>();
        return services;
    }
}
