using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Data;

namespace Dhis2Grpc.Server.Jobs.DataImport;

/// <summary>Registers the jobs.</summary>
internal static class DataImportServices
{
    /// <summary>Adds the work of DATAVALUE_IMPORT and COMPLETE_DATA_SET_REGISTRATION_IMPORT.</summary>
    public static IServiceCollection AddDataImportJobs(this IServiceCollection services)
    {
        services.AddSingleton<IJob>(s => new DataImportJob(JobType.DatavalueImport, "data values", s.GetRequiredService<AcceptedImports>(),
            (w, stop) => s.GetRequiredService<DataValueSetImport>().ImportAsync(w.Document, w.Options, w.Caller, stop)));
        services.AddSingleton<IJob>(s => new DataImportJob(JobType.CompleteDataSetRegistrationImport, "registrations", s.GetRequiredService<AcceptedImports>(),
            (w, stop) => s.GetRequiredService<CompletenessImport>().ImportAsync(w.Document, w.Options, w.Caller, stop)));
        return services;
    }
}
