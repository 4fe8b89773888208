using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Dhis2Grpc.Server.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Security;

/// <summary>Encrypts what the node must keep and nobody may read, such as the password at a remote server. The keys are in
/// the data directory, apart from the database and its backups, in a folder that only the node's own user can open.</summary>
internal sealed class Secrets(IOptions<StorageOptions> storage)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // Made on first use: most nodes start without.
    private readonly Lazy<IDataProtectionProvider> _provider = new(() => Create(storage.Value.KeyDirectory));

    /// <summary>Encrypts a text.</summary>
    public string Protect(string text) => For("Settings").Protect(text);

    /// <summary>Decrypts what <see cref="Protect"/> gave; false when the keys are others, or the text is none of ours.</summary>
    public bool TryUnprotect(string secret, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = For("Settings").Unprotect(secret);
            return true;
        }
        catch (CryptographicException)
        {
            text = null;
            return false;
        }
    }

    /// <summary>Encrypts for another purpose; what one purpose encrypts, no other reads.</summary>
    public IDataProtector For(string purpose) => _provider.Value.CreateProtector(purpose);

    private static IDataProtectionProvider Create(string path)
    {
        var directory = OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OwnerOnly);
        // A folder that was there, restored from a copy perhaps, may be open to others.
        if (!OperatingSystem.IsWindows())
            directory.UnixFileMode = OwnerOnly;
        return DataProtectionProvider.Create(directory, c => c.SetApplicationName("Dhis2Grpc"));
    }
}
