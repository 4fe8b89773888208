using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;

namespace Server.Tests.Security;

/// <summary>Users in memory.</summary>
internal sealed class MemoryUsers(params User[] users) : IUserStore
{
    public Dictionary<string, User> ByUid { get; } = users.ToDictionary(u => u.Uid);

    public static User NewUser(string username, string passwordHash) => new()
    {
        Uid = $"uid{username}",
        Username = username,
        FirstName = username,
        Surname = username,
        PasswordHash = passwordHash,
        Created = DateTimeOffset.UnixEpoch,
        LastUpdated = DateTimeOffset.UnixEpoch,
    };

    public ValueTask<User?> FindByUsernameAsync(string username, CancellationToken cancellationToken) =>
        new(ByUid.Values.FirstOrDefault(u => u.Username.Equals(username, StringComparison.OrdinalIgnoreCase)));

    public ValueTask<User?> FindAsync(string uid, CancellationToken cancellationToken) => new(ByUid.GetValueOrDefault(uid));

    public ValueTask<IReadOnlyCollection<User>> ListAsync(CancellationToken cancellationToken) => new(ByUid.Values);

    public ValueTask<bool> SaveAsync(User user, CancellationToken cancellationToken)
    {
        ByUid[user.Uid] = user;
        return new(true);
    }
}
