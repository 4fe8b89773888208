using System.ComponentModel.DataAnnotations;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>What an administrator sets for the whole node: section <c>Dhis2</c> of the configuration.</summary>
internal sealed class NodeOptions
{
    /// <summary>Directory of all that the node keeps; created when missing. Default <c>./data</c>.</summary>
    [Required]
    public string DataDirectory { get; set; } = "./data";

    /// <summary>IANA name of the zone in which schedules are read and REST dates are written. Default UTC.</summary>
    [Required, ZoneName]
    public string TimeZone { get; set; } = "UTC";

    /// <summary>DHIS2 version that the REST face tells its clients it speaks; its minor number steers DHIS2's apps.</summary>
    [Required, RegularExpression(@"2\.\d{2}(\.\d+)*(-SNAPSHOT)?", ErrorMessage = "Dhis2:Version must look like 2.40.0.")]
    public string Version { get; set; } = "2.40.0";

    /// <summary>Title of this installation.</summary>
    [Required]
    public string SystemName { get; set; } = "DHIS 2";

    /// <summary>The zone that <see cref="TimeZone"/> names.</summary>
    public TimeZoneInfo GetZone() => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
}

/// <summary>The text names a time zone.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ZoneNameAttribute : ValidationAttribute
{
    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is string name && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _)
            ? ValidationResult.Success
            : new ValidationResult($"Dhis2:TimeZone: '{value}' is no time zone that this machine knows; use an IANA name such as Africa/Kampala.");
}
