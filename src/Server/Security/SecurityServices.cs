using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dhis2Grpc.Server.Security;

/// <summary>Registers the feature.</summary>
internal static class SecurityServices
{
    /// <summary>Adds Basic authentication, and the rule that everything needs a login unless its endpoint says
    /// otherwise. The health and reflection services and <c>/api/ping</c> do, by allowing anonymous callers: a probe
    /// has no password, the contracts are public, and only <c>/api/system/ping</c> is to tell whether credentials
    /// are right. Needs <see cref="ListenerUrls"/> and a user store.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<SecurityOptions>();
        services.AddSingleton<PasswordHash>();
        services.AddSingleton<VerifiedCredentials>();
        services.AddSingleton<LoginThrottle>();
        services.AddSingleton<LoginVerifier>();
        services.AddHostedService<StartupCheck>();
        services.AddAuthentication(BasicAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BasicAuthentication>(BasicAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return services;
    }
}
