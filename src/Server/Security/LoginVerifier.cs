using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Security;

/// <summary>Decides who a Basic header belongs to.</summary>
internal sealed class LoginVerifier(
    IUserStore users,
    PasswordHash passwords,
    VerifiedCredentials verified,
    LoginThrottle throttle) : IDisposable
{
    // The slow hash is pure CPU: more at a time than cores would only starve everything else.
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Verifies a header. An unknown user costs the same time and gets the same answer as a wrong
    /// password.</summary>
    /// <param name="header">Value of the Authorization header, of the Basic scheme.</param>
    /// <param name="address">Where the request comes from.</param>
    /// <param name="cancellationToken">Ends the wait for a turn.</param>
    /// <returns>The user, or the reason why not.</returns>
    public async ValueTask<(User? User, string? Failure)> VerifyAsync(
        string header, string address, CancellationToken cancellationToken)
    {
        if (verified.Find(header) is { } known)
        {
            // The entry holds only as long as the user it was made for is the same.
            var same = await users.FindAsync(known.UserUid, cancellationToken).ConfigureAwait(false);
            if (same is { Disabled: false } && same.PasswordHash == known.PasswordHash)
                return (same, null);
            verified.Remove(header);
        }

        if (!Credentials.TryParse(header, out var credentials))
            return (null, AuthenticationFailure.Unauthorized);
        if (throttle.IsLocked(credentials.Username, address))
            return (null, AuthenticationFailure.Locked);

        var user = await users.FindByUsernameAsync(credentials.Username, cancellationToken).ConfigureAwait(false);
        await _cores.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!passwords.Verify(user?.PasswordHash, credentials.Password))
            {
                throttle.Failed(credentials.Username, address);
                return (null, AuthenticationFailure.Unauthorized);
            }
        }
        finally
        {
            _cores.Release();
        }

        throttle.Succeeded(credentials.Username, address);
        if (user!.Disabled)
            return (null, AuthenticationFailure.Disabled);
        verified.Add(header, user);
        return (user, null);
    }

    /// <inheritdoc/>
    public void Dispose() => _cores.Dispose();
}
