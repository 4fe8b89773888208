using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Security;

/// <summary>Salted, slow password hashes: PBKDF2 with HMAC-SHA512. They name their own cost, so that it can rise
/// later.</summary>
internal sealed class PasswordHash
{
    private const int Iterations = 210_000;

    // The hasher never looks at the user; Identity's interface just asks for one.
    private static readonly object NoUser = new();

    private readonly PasswordHasher<object> _hasher =
        new(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));

    // Looks like a hash, of no password.
    private readonly string _nobodys = Convert.ToBase64String(
        [1, 0, 0, 0, 2, 0, (byte)(Iterations >> 16), (byte)(Iterations >> 8 & 255), (byte)(Iterations & 255), 0, 0, 0, 16, .. RandomNumberGenerator.GetBytes(48)]);

    /// <summary>Hashes a password with a new salt.</summary>
    public string Hash(string password) => _hasher.HashPassword(NoUser, password);

    /// <summary>Whether the password is the hashed one. Without a hash it takes the same time and says no.</summary>
    public bool Verify(string? hash, string password) =>
        _hasher.VerifyHashedPassword(NoUser, hash ?? _nobodys, password) != PasswordVerificationResult.Failed
        && hash is not null;
}
