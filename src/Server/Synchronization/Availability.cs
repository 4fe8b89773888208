using System.Net;
using System.Text.Json;
using Dhis2Grpc.Server.Settings;

namespace Dhis2Grpc.Server.Synchronization;

/// <summary>Whether the remote server can be used, in DHIS2's words.</summary>
/// <param name="Available">It answers and accepts the login.</param>
/// <param name="Message">The outcome in words.</param>
/// <param name="Status">HTTP status that stands for the outcome.</param>
/// <param name="Phrase">That status in words.</param>
internal sealed record AvailabilityStatus(bool Available, string Message, int Status, string Phrase);

/// <summary>Asks whether the remote server is there and accepts the login. A ping alone proves neither: new servers answer it to
/// anybody, and so does any web page.</summary>
internal sealed class Availability(RemoteServer remote, SystemSettings settings, TimeProvider time)
{
    /// <summary>Asks once.</summary>
    /// <exception cref="Errors.Dhis2Exception">The URL of the settings is none.</exception>
    public async Task<AvailabilityStatus> CheckAsync(CancellationToken cancellationToken)
    {
        if (await remote.AccountAsync(cancellationToken) is not { } account)
            return Failed("Remote server is not configured", HttpStatusCode.BadGateway);
        try
        {
            var ping = await remote.GetAsync(account, "api/system/ping", cancellationToken);
            if (ping.Status != HttpStatusCode.OK)
                return Refused(ping);
            var me = await remote.GetAsync(account, "api/me?fields=id,username", cancellationToken);
            if (me.Status != HttpStatusCode.OK)
                return Refused(me);
            return IsUser(me)
                ? new(true, "Authentication was successful", 200, "OK")
                : Failed("Server is not available: it does not answer as a DHIS2 server", HttpStatusCode.BadGateway);
        }
        catch (RemoteUnreachableException e)
        {
            return Failed(e.Refused ? e.Message : "Network is unreachable", HttpStatusCode.BadGateway);
        }
    }

    /// <summary>Asks as often as the settings say, with their wait in between, until the server is available.</summary>
    public async Task<AvailabilityStatus> CheckPatientlyAsync(CancellationToken cancellationToken)
    {
        var attempts = await settings.NumberAsync(SettingKeys.AvailabilityAttempts, cancellationToken);
        var delay = TimeSpan.FromMilliseconds(await settings.NumberAsync(SettingKeys.AvailabilityDelay, cancellationToken));
        for (var attempt = 1; ; attempt++)
        {
            var status = await CheckAsync(cancellationToken);
            if (status.Available || attempt >= attempts)
                return status;
            await Task.Delay(delay, time, cancellationToken);
        }
    }

    private static AvailabilityStatus Refused(RemoteReply reply) => reply.Status switch
    {
        HttpStatusCode.Found => Failed("No authentication was provided", reply.Status),
        HttpStatusCode.Unauthorized => Failed("Authentication failed", reply.Status),
        HttpStatusCode.InternalServerError => Failed("Remote server experienced an internal error", reply.Status),
        _ => new(false, $"Server is not available: {reply.Phrase}", (int)reply.Status, reply.Phrase),
    };

    private static AvailabilityStatus Failed(string message, HttpStatusCode status)
    {
        using var response = new HttpResponseMessage(status);
        return new(false, message, (int)status, response.ReasonPhrase ?? "");
    }

    private static bool IsUser(RemoteReply reply)
    {
        try
        {
            using var me = JsonDocument.Parse(reply.Body);
            return me.RootElement.ValueKind == JsonValueKind.Object
                && me.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
