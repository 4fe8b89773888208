using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Dhis2Grpc.Server.Storage;
using Microsoft.AspNetCore.DataProtection;

namespace Dhis2Grpc.Server.Security;

/// <summary>Logins of browsers: who got a page of an app by HTTP Basic gets a cookie, since the scripts of DHIS2's apps send
/// an <c>Authorization</c> header of their own, which is empty. Nothing is kept here: the cookie says, encrypted, whose it is
/// and how long it is good for. It ends with a change of the password.</summary>
internal sealed class Sessions(Secrets secrets, IUserStore users, TimeProvider time)
{
    /// <summary>Name of the cookie.</summary>
    public const string Cookie = "dhis2-session";

    /// <summary>How long a session is good for; pages renew it.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private readonly Lazy<IDataProtector> _protector = new(() => secrets.For("Sessions"));

    /// <summary>Gives the browser a session.</summary>
    public void Open(HttpContext http, User user)
    {
        var until = (time.GetUtcNow() + Life).ToUnixTimeSeconds();
        var text = string.Create(CultureInfo.InvariantCulture, $"{user.Uid} {until} {Fingerprint(user)}");
        http.Response.Cookies.Append(Cookie, _protector.Value.Protect(text), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = http.Request.IsHttps,
            IsEssential = true,
            Path = "/",
        });
    }

    /// <summary>Takes the browser's session away.</summary>
    public static void Close(HttpContext http) => http.Response.Cookies.Delete(Cookie, new CookieOptions { Path = "/" });

    /// <summary>The user whose session the request carries; null when it carries none that is good.</summary>
    public async ValueTask<User?> FindAsync(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { Length: > 0 and < 4096 } cookie || Read(cookie) is not [var uid, var until, var fingerprint]
            || !long.TryParse(until, CultureInfo.InvariantCulture, out var seconds) || seconds <= time.GetUtcNow().ToUnixTimeSeconds())
            return null;
        var user = await users.FindAsync(uid, http.RequestAborted);
        return user is { Disabled: false } && fingerprint == Fingerprint(user) ? user : null;
    }

    private string[]? Read(string cookie)
    {
        try
        {
            return _protector.Value.Unprotect(cookie).Split(' ');
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string Fingerprint(User user) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(user.PasswordHash)).AsSpan(0, 16));
}

/// <summary>An endpoint that a browser opens: who logs in there stays logged in.</summary>
internal sealed class OpensSession
{
    /// <summary>The metadata.</summary>
    public static OpensSession Instance { get; } = new();
}
