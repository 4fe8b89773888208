using Dhis2Grpc.Server.Errors;
using Grpc.Core;

namespace Dhis2Grpc.Server.Security;

/// <summary>Who calls, and what the caller may do.</summary>
internal static class CallerExtensions
{
    /// <summary>The user that logged in with this request.</summary>
    /// <exception cref="Dhis2Exception">Nobody did.</exception>
    public static User Caller(this HttpContext http) =>
        http.Features.Get<User>() ?? throw new Dhis2Exception(ErrorKind.Unauthenticated, AuthenticationFailure.Unauthorized);

    /// <summary>The user that logged in with this call.</summary>
    /// <exception cref="Dhis2Exception">Nobody did.</exception>
    public static User Caller(this ServerCallContext context) => context.GetHttpContext().Caller();

    /// <summary>Refuses a user who holds neither the authority nor all of them.</summary>
    /// <param name="user">The caller.</param>
    /// <param name="authority">Such as F_SCHEDULING_ADMIN.</param>
    /// <param name="message">What the caller reads; DHIS2's text for the case.</param>
    /// <exception cref="Dhis2Exception">PERMISSION_DENIED, E1006.</exception>
    public static void Require(this User user, string authority, string message)
    {
        if (!user.Has(authority))
            throw new Dhis2Exception(ErrorKind.PermissionDenied, message, "E1006");
    }

    /// <summary>Refuses a user who may not change system settings.</summary>
    /// <exception cref="Dhis2Exception">PERMISSION_DENIED, E1006.</exception>
    public static void RequireSettings(this User user) =>
        user.Require(Authorities.SystemSetting, $"Access is denied, requires one Authority from [{Authorities.SystemSetting}]");
}
