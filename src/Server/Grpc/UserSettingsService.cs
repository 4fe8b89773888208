using Dhis2.System.V1;
using Dhis2Grpc.Server.Security;
using Grpc.Core;
using OwnSettings = Dhis2Grpc.Server.Settings.UserSettings;
using UserSettingsMessage = Dhis2.System.V1.UserSettings;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Reads and changes the caller's settings.</summary>
internal sealed class UserSettingsService(OwnSettings settings) : Dhis2.System.V1.UserSettingsService.UserSettingsServiceBase
{
    /// <inheritdoc/>
    public override async Task<GetUserSettingsResponse> GetUserSettings(GetUserSettingsRequest request, ServerCallContext context)
    {
        var message = new UserSettingsMessage();
        foreach (var (key, value) in await settings.ListAsync(context.Caller(), context.CancellationToken))
        {
            if (request.Key.Count > 0 && !request.Key.Contains(key))
                continue;
            var field = UserSettingsMessage.Descriptor.Fields.InDeclarationOrder().First(f => f.JsonName == key);
            field.Accessor.SetValue(message, field.FieldType == Google.Protobuf.Reflection.FieldType.Bool ? value == "true" : value);
        }

        return new GetUserSettingsResponse { Settings = message };
    }

    /// <inheritdoc/>
    public override async Task<GetUserSettingResponse> GetUserSetting(GetUserSettingRequest request, ServerCallContext context) =>
        new() { Value = await settings.GetAsync(context.Caller(), request.Key, context.CancellationToken) };

    /// <inheritdoc/>
    public override async Task<SetUserSettingResponse> SetUserSetting(SetUserSettingRequest request, ServerCallContext context)
    {
        await settings.SetAsync(context.Caller(), request.Key, request.Value, context.CancellationToken);
        return new();
    }

    /// <inheritdoc/>
    public override async Task<DeleteUserSettingResponse> DeleteUserSetting(DeleteUserSettingRequest request, ServerCallContext context)
    {
        await settings.SetAsync(context.Caller(), request.Key, null, context.CancellationToken);
        return new();
    }
}
