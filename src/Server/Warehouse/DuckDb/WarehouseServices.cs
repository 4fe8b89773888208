namespace Dhis2Grpc.Server.Warehouse.DuckDb;

/// <summary>Registration of the warehouse.</summary>
internal static class WarehouseServices
{
    /// <summary>Adds the DuckDB warehouse, opened before the server listens.</summary>
    public static IServiceCollection AddWarehouse(this IServiceCollection services)
    {
        services.AddOptions<WarehouseOptions>().BindConfiguration("Dhis2:Warehouse").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DuckDbWarehouse>();
        services.AddSingleton<IWarehouse>(s => s.GetRequiredService<DuckDbWarehouse>());
        services.AddHostedService(s => s.GetRequiredService<DuckDbWarehouse>());
        return services;
    }
}
