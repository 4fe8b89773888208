using System.Security.Cryptography;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Storage;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Security;

/// <summary>Before the server listens: makes the user <c>admin</c> in an empty store, and refuses to open a port to
/// other machines while the password is the one that everybody knows.</summary>
internal sealed class StartupCheck(
    IUserStore users,
    PasswordHash passwords,
    ListenerUrls listeners,
    IOptions<SecurityOptions> options,
    TimeProvider time,
    ILogger<StartupCheck> logger) : IHostedLifecycleService
{
    /// <summary>Login name of the first user.</summary>
    public const string AdminUsername = "admin";

    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <inheritdoc/>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var password = options.Value.AdminPassword;
        if (string.IsNullOrWhiteSpace(password))
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "The setting Dhis2__Security__AdminPassword is empty. Give a password, or leave it out.");
        var isDefault = password == SecurityOptions.DefaultAdminPassword;
        var publicUrl = listeners.FirstPublic;

        var admin = await users.FindByUsernameAsync(AdminUsername, cancellationToken).ConfigureAwait(false);
        if (admin is null)
        {
            Refuse(isDefault ? publicUrl : null);
            if ((await users.ListAsync(cancellationToken).ConfigureAwait(false)).Count > 0)
                return;
            await SaveAsync(NewAdmin(password), cancellationToken).ConfigureAwait(false);
            SecurityLog.AdminCreated(logger, AdminUsername);
            return;
        }

        // Checking costs a slow hash: only where the answer matters.
        if ((publicUrl is null && isDefault) || !passwords.Verify(admin.PasswordHash, SecurityOptions.DefaultAdminPassword))
            return;
        Refuse(isDefault ? publicUrl : null);
        if (isDefault)
            return;
        await SaveAsync(
            admin with { PasswordHash = passwords.Hash(password), LastUpdated = time.GetUtcNow() },
            cancellationToken).ConfigureAwait(false);
        SecurityLog.AdminPasswordSet(logger);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void Refuse(string? publicUrl)
    {
        if (publicUrl is not null)
        {
            throw new Dhis2Exception(
                ErrorKind.Conflict,
                $"It would listen on {publicUrl}, which other machines can reach, with the "
                + "default password of the user admin. Set another with Dhis2__Security__AdminPassword, or listen on "
                + "a loopback address such as 127.0.0.1 with Dhis2__Rest__Url and Dhis2__Grpc__Url.");
        }
    }

    private User NewAdmin(string password)
    {
        var now = time.GetUtcNow();
        return new()
        {
            Uid = RandomNumberGenerator.GetString(Letters, 1) + RandomNumberGenerator.GetString(Letters + "0123456789", 10),
            Username = AdminUsername,
            FirstName = "admin",
            Surname = "admin",
            PasswordHash = passwords.Hash(password),
            Authorities = new HashSet<string> { Authorities.All },
            Created = now,
            LastUpdated = now,
        };
    }

    private async ValueTask SaveAsync(User user, CancellationToken cancellationToken)
    {
        if (!await users.SaveAsync(user, cancellationToken).ConfigureAwait(false))
            throw new Dhis2Exception(ErrorKind.AlreadyExists, $"The user {user.Username} could not be stored: the login name is taken.");
    }
}
