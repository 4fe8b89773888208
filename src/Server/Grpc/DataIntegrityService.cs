using Dhis2.Metadata.V1;
using Dhis2Grpc.Server.Metadata.Integrity;
using Grpc.Core;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Tells which integrity checks there are.</summary>
internal sealed class DataIntegrityService : Dhis2.Metadata.V1.DataIntegrityService.DataIntegrityServiceBase
{
    /// <inheritdoc/>
    public override Task<ListDataIntegrityChecksResponse> ListDataIntegrityChecks(ListDataIntegrityChecksRequest request, ServerCallContext context)
    {
        var names = request.Checks.SelectMany(c => c.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        var wanted = from check in IntegrityChecks.All
                     where names.Count == 0 || names.Exists(check.IsNamed)
                     where !request.HasSection || check.Section == request.Section
                     where !request.HasSlow || check.IsSlow == request.Slow
                     where !request.HasProgrammatic || check.IsProgrammatic == request.Programmatic
                     select ToMessage(check);
        return Task.FromResult(new ListDataIntegrityChecksResponse { Checks = { wanted } });
    }

    private static DataIntegrityCheck ToMessage(IntegrityCheck check) => new()
    {
        Name = check.Name,
        DisplayName = check.DisplayName,
        Section = check.Section,
        SectionOrder = check.SectionOrder,
        Severity = check.Severity switch
        {
            "INFO" => DataIntegritySeverity.Info,
            "SEVERE" => DataIntegritySeverity.Severe,
            "CRITICAL" => DataIntegritySeverity.Critical,
            _ => DataIntegritySeverity.Warning,
        },
        Description = check.Description,
        IsSlow = check.IsSlow,
        IsProgrammatic = check.IsProgrammatic,
        Code = check.Code,
    };
}
