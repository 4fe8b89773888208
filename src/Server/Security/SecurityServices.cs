using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dhis2Grpc.Server.Security;

/// <summary>Registers the feature.</summary>
internal static class SecurityServices
{
    /// <summary>Adds what tells who may log in. Needs <see cref="ListenerUrls"/>, a user store and a data directory.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SecurityOptions>();
        services.AddSingleton<PasswordHash>();
        services.AddSingleton<Secrets>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<VerifiedCredentials>();
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<LoginVerifier>();
        services.AddHostedService<StartupCheck>();
        return services;
    }

    /// <summary>Adds the rule that everything needs a login unless its endpoint says otherwise; goes after routing. The
    /// health and reflection services and <c>/api/ping</c> do, by allowing anonymous callers: a probe has no password,
    /// the contracts are public, and only <c>/api/system/ping</c> is to tell whether credentials are right.</summary>
    public static void UseSecurity(this IApplicationBuilder app) => app.UseMiddleware<CrossSiteRequests>().UseMiddleware<BasicAuthentication>();
}
