using System.Globalization;
using System.Reflection;
using Dhis2.Common.V1;
using Dhis2.System.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Metadata.Access;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using SettingKeys = Dhis2Grpc.Server.Settings.SettingKeys;
using UserSettings = Dhis2Grpc.Server.Settings.UserSettings;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Tells what the server is and who the caller is.</summary>
internal sealed class SystemService(
    IOptions<SystemInfoOptions> options, ISettingStore settings, UserSettings userSettings, UserScopes scopes, IServer server, TimeProvider time)
    : Dhis2.System.V1.SystemService.SystemServiceBase
{
    private const string AnalyticsSuccessKey = "keyLastSuccessfulAnalyticsTablesUpdate";
    private const string AnalyticsRuntimeKey = "keyLastSuccessfulAnalyticsTablesRuntime";

    private static readonly string Revision =
        typeof(SystemService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <inheritdoc/>
    public override Task<PingResponse> Ping(PingRequest request, ServerCallContext context) =>
        Task.FromResult(new PingResponse { Message = "pong" });

    /// <inheritdoc/>
    public override async Task<GetSystemInfoResponse> GetSystemInfo(GetSystemInfoRequest request, ServerCallContext context)
    {
        var now = time.GetUtcNow();
        var http = context.GetHttpContext();
        var response = new GetSystemInfoResponse
        {
            ContextPath = ContextPath(http.Request),
            Calendar = "iso8601",
            DateFormat = "yyyy-mm-dd",
            ServerDate = now.ToTimestamp(),
            ServerTimeZoneId = options.Value.Zone.Id,
            Version = options.Value.Version,
            Revision = Revision,
            SystemId = await settings.GetOrAddAsync(SettingKeys.SystemIdentifier, Guid.NewGuid().ToString(), context.CancellationToken),
            SystemName = await settings.GetAsync("applicationTitle", context.CancellationToken) ?? options.Value.SystemName,
        };
        if (http.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent)
            response.UserAgent = agent;
        if (DateTimeOffset.TryParse(
            await settings.GetAsync(AnalyticsSuccessKey, context.CancellationToken),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var success))
        {
            response.LastAnalyticsTableSuccess = success.ToTimestamp();
            response.IntervalSinceLastAnalyticsTableSuccess = InWords(now - success);
        }

        if (await settings.GetAsync(AnalyticsRuntimeKey, context.CancellationToken) is { } runtime)
            response.LastAnalyticsTableRuntime = runtime;
        response.IsMetadataVersionEnabled = await settings.GetAsync(SettingKeys.VersionEnabled, context.CancellationToken) == "true";
        if (await settings.GetAsync(SettingKeys.SystemMetadataVersion, context.CancellationToken) is { Length: > 0 } version)
            response.SystemMetadataVersion = version;
        if (await LatestAsync(context.CancellationToken, "keyLastMetaDataSyncSuccess", "keyMetadataLastFailedTime") is { } attempt)
            response.LastMetadataVersionSyncAttempt = attempt.ToTimestamp();
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetMeResponse> GetMe(GetMeRequest request, ServerCallContext context)
    {
        var user = context.Caller();
        var me = new Me
        {
            Id = user.Uid,
            Username = user.Username,
            FirstName = user.FirstName,
            Surname = user.Surname,
            Name = $"{user.FirstName} {user.Surname}",
            DisplayName = $"{user.FirstName} {user.Surname}",
            Authorities = { user.Authorities.Order(StringComparer.Ordinal) },
            Created = user.Created.ToTimestamp(),
            LastUpdated = user.LastUpdated.ToTimestamp(),
            Settings = { await userSettings.ListAsync(user, context.CancellationToken) },
        };
        if (user.Email is not null)
            me.Email = user.Email;
        var scope = await scopes.OfAsync(user, context.CancellationToken);
        me.OrganisationUnits.AddRange(References(scope.Units ?? []));
        me.DataViewOrganisationUnits.AddRange(References(scope.ViewUnits));
        me.UserGroups.AddRange(References(scope.Groups.Order(StringComparer.Ordinal)));
        return new GetMeResponse { User = me };
    }

    /// <inheritdoc/>
    public override Task<GetMyDashboardResponse> GetMyDashboard(GetMyDashboardRequest request, ServerCallContext context) =>
        Task.FromResult(new GetMyDashboardResponse());

    private static IEnumerable<ObjectReference> References(IEnumerable<string> uids) => uids.Select(uid => new ObjectReference { Id = uid });

    private async Task<DateTimeOffset?> LatestAsync(CancellationToken cancellationToken, params string[] keys)
    {
        DateTimeOffset? latest = null;
        foreach (var key in keys)
        {
            var text = await settings.GetAsync(key, cancellationToken);
            if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && !(time <= latest))
                latest = time;
        }

        return latest;
    }

    // A REST client is told the name under which it came; a gRPC client the first listener, which is REST.
    private string ContextPath(HttpRequest request) => HttpProtocol.IsHttp2(request.Protocol)
        ? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? ""
        : $"{request.Scheme}://{request.Host}{request.PathBase}";

    // Such as `2 d, 3 h, 0 m, 5 s`; leading zeroes are left out.
    private static string InWords(TimeSpan interval)
    {
        var span = interval > TimeSpan.Zero ? interval : TimeSpan.Zero;
        (int Value, string Unit)[] parts = [((int)span.TotalDays, "d"), (span.Hours, "h"), (span.Minutes, "m"), (span.Seconds, "s")];
        return string.Join(", ", parts
            .SkipWhile(p => p.Value == 0 && p.Unit != "s")
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Value} {p.Unit}")));
    }
}
