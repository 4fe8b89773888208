namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>What the OpenAPI document tells of system settings.</summary>
internal static class SettingDescriptions
{
    private const string Group = "SystemSettings";

    private static readonly DescribedBody _values = new(
        "SystemSettings",
        """{"type":"object","description":"Values by key.","additionalProperties":{"type":["string","boolean","integer","null"]}}""",
        "application/json");

    /// <summary>All.</summary>
    public static readonly DescribedEndpoint List = new("listSystemSettings", Group, "Lists the values of settings that are not confidential")
    {
        Query = [new("key", "Keys to list, separated by commas; all when absent.", Repeated: true)],
        Response = _values,
    };

    /// <summary>Several at once.</summary>
    public static readonly DescribedEndpoint SetAll = new("setSystemSettings", Group, "Sets several settings, all or none") { Request = _values, Message = true };

    /// <summary>One.</summary>
    public static readonly DescribedEndpoint Get = new("getSystemSetting", Group, "Reads a setting, as JSON or as plain text")
    {
        Response = _values with { Types = ["application/json", "text/plain"] },
    };

    /// <summary>One's new value.</summary>
    public static readonly DescribedEndpoint Set = new("setSystemSetting", Group, "Sets a setting to the value of the query or the body")
    {
        Query = [new("value", "The value; the body otherwise.")],
        Request = new DescribedBody("SystemSettingValue", """{"type":["string","boolean","integer","null"],"description":"A value."}""", "application/json", "text/plain") { Required = false },
        Message = true,
    };

    /// <summary>One's value no longer.</summary>
    public static readonly DescribedEndpoint Delete = new("deleteSystemSetting", Group, "Puts a setting back to its default") { Status = StatusCodes.Status204NoContent };
}
