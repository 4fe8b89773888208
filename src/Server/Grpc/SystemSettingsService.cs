using Dhis2.System.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Settings;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Reads and changes the system's settings.</summary>
internal sealed class SystemSettingsService(SystemSettings settings) : Dhis2.System.V1.SystemSettingsService.SystemSettingsServiceBase
{
    /// <inheritdoc/>
    public override async Task<ListSystemSettingsResponse> ListSystemSettings(ListSystemSettingsRequest request, ServerCallContext context)
    {
        var values = await settings.ListAsync(context.CancellationToken);
        return new ListSystemSettingsResponse
        {
            Settings = { values.Where(v => request.Keys.Count == 0 || request.Keys.Contains(v.Definition.Key)).Select(ToMessage) },
        };
    }

    /// <inheritdoc/>
    public override async Task<GetSystemSettingResponse> GetSystemSetting(GetSystemSettingRequest request, ServerCallContext context) =>
        new() { Setting = ToMessage(await settings.GetAsync(request.Key, context.CancellationToken)) };

    /// <inheritdoc/>
    public override async Task<SetSystemSettingsResponse> SetSystemSettings(SetSystemSettingsRequest request, ServerCallContext context)
    {
        context.Caller().RequireSettings();
        if (request.Values.Count == 0)
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "No setting was given.");
        await settings.SetAsync(request.Values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value)), context.CancellationToken);
        return new();
    }

    /// <inheritdoc/>
    public override async Task<DeleteSystemSettingResponse> DeleteSystemSetting(DeleteSystemSettingRequest request, ServerCallContext context)
    {
        context.Caller().RequireSettings();
        await settings.SetAsync(request.Key, null, context.CancellationToken);
        return new();
    }

    private static SystemSetting ToMessage(SettingValue value)
    {
        var message = new SystemSetting
        {
            Key = value.Definition.Key,
            Type = value.Definition.Type switch
            {
                SettingType.Boolean => SystemSettingType.Boolean,
                SettingType.Integer => SystemSettingType.Integer,
                SettingType.Date => SystemSettingType.Date,
                _ => SystemSettingType.Text,
            },
            IsSet = value.IsSet,
            Confidential = value.Definition.Confidential,
        };
        if (value.Text is { } text)
            message.Value = text;
        return message;
    }
}
