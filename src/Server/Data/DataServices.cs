namespace Dhis2Grpc.Server.Data;

/// <summary>Registration of import and export of data.</summary>
internal static class DataServices
{
    /// <summary>Adds the imports and exports; they need the warehouse and the clock.</summary>
    public static IServiceCollection AddData(this IServiceCollection services)
    {
        services.AddSingleton<ImportLookupCache>();
        services.AddSingleton<AcceptedImports>();
        services.AddSingleton<DataValueSetImport>();
        services.AddSingleton<DataValueSetExport>();
        services.AddSingleton<CompletenessImport>();
        services.AddSingleton<CompletenessExport>();
        services.AddSingleton<CompletenessRemoval>();
        return services;
    }
}
