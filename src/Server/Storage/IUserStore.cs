using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Storage;

/// <summary>The users of this server.</summary>
internal interface IUserStore
{
    /// <summary>Reads a user by login name, case-insensitive; null when there is none.</summary>
    ValueTask<User?> FindByUsernameAsync(string username, CancellationToken cancellationToken);

    /// <summary>Reads a user by UID; null when there is none.</summary>
    ValueTask<User?> FindAsync(string uid, CancellationToken cancellationToken);

    /// <summary>All users.</summary>
    ValueTask<IReadOnlyCollection<User>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Stores a user, new or changed. False when another user has the login name.</summary>
    ValueTask<bool> SaveAsync(User user, CancellationToken cancellationToken);
}
