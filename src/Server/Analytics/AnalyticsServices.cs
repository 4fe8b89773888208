namespace Dhis2Grpc.Server.Analytics;

/// <summary>Registers the feature.</summary>
internal static class AnalyticsServices
{
    /// <summary>Adds the answering of questions from the analytics tables.</summary>
    public static IServiceCollection AddAnalytics(this IServiceCollection services)
    {
        services.AddSingleton<AnalyticsKeyCache>();
        services.AddSingleton<AnalyticsQueries>();
        return services;
    }
}
