using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Users in the LiteDB file.</summary>
internal sealed class LiteDbUserStore(LiteDbStore store) : IUserStore
{
    /// <inheritdoc/>
    public ValueTask<User?> FindByUsernameAsync(string username, CancellationToken cancellationToken) =>
        new(store.Read(username, static (m, name) => m.UsersByName.GetValueOrDefault(name)));

    /// <inheritdoc/>
    public ValueTask<User?> FindAsync(string uid, CancellationToken cancellationToken) =>
        new(store.Read(uid, static (m, id) => m.Users.GetValueOrDefault(id)));

    /// <inheritdoc/>
    public ValueTask<IReadOnlyCollection<User>> ListAsync(CancellationToken cancellationToken) =>
        new(store.Read(0, static (m, _) => m.Users.Values.ToArray()));

    /// <inheritdoc/>
    public ValueTask<bool> SaveAsync(User user, CancellationToken cancellationToken) => store.WriteAsync(
        draft =>
        {
            if (draft.FindUserByName(user.Username) is { } other && other.Uid != user.Uid)
                return false;
            draft.Add(new UserPut(user));
            return true;
        },
        cancellationToken);
}
