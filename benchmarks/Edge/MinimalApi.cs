using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dhis2Grpc.Benchmarks.Edge;

/// <summary>The baseline of the REST edge: two endpoints as one would write them by hand, with source-generated
/// serialisation of the same payload.</summary>
internal static class MinimalApi
{
    /// <summary>Serves until stopped. Arguments: URL, and a file with the object and the list, one a line.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var lines = await File.ReadAllLinesAsync(args[1]);
        var one = JsonSerializer.Deserialize(lines[0], PayloadContext.Default.JobConfigurationPayload)!;
        var list = JsonSerializer.Deserialize(lines[1], PayloadContext.Default.JobConfigurationListPayload)!;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(args[0]);
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, PayloadContext.Default));
        await using var app = builder.Build();
        app.MapGet("/one", () => TypedResults.Ok(one));
        app.MapGet("/list", () => TypedResults.Ok(list));
        // The same objects with the members only that the Scheduler app asks for.
        var oneChosen = Choose(one);
        var listChosen = new ChosenListPayload(list.Pager, [.. list.JobConfigurations.Select(Choose)]);
        app.MapGet("/one-fields", () => TypedResults.Ok(oneChosen));
        app.MapGet("/list-fields", () => TypedResults.Ok(listChosen));
        await app.RunAsync();
        return 0;
    }

    private static ChosenPayload Choose(JobConfigurationPayload job) => new()
    {
        Created = job.Created,
        Configurable = job.Configurable,
        CronExpression = job.CronExpression,
        Id = job.Id,
        JobParameters = job.JobParameters,
        JobType = job.JobType,
        LastExecutedStatus = job.LastExecutedStatus,
        Name = job.Name,
    };
}

internal sealed record JobConfigurationListPayload(PagerPayload Pager, JobConfigurationPayload[] JobConfigurations);

internal sealed record PagerPayload(int Page, long Total, int PageSize, int PageCount);

/// <summary>The members of a job configuration that the edge writes.</summary>
internal sealed record JobConfigurationPayload
{
    public string? Id { get; init; }

    public string? Name { get; init; }

    public string? DisplayName { get; init; }

    public string? Href { get; init; }

    public string? Created { get; init; }

    public string? LastUpdated { get; init; }

    public UserPayload? LastUpdatedBy { get; init; }

    public string? JobType { get; init; }

    public string? CronExpression { get; init; }

    public bool Enabled { get; init; }

    public string? SchedulingType { get; init; }

    public string? JobStatus { get; init; }

    public string? NextExecutionTime { get; init; }

    public string? LastExecutedStatus { get; init; }

    public string? MaxDelayedExecutionTime { get; init; }

    public bool Configurable { get; init; }

    public bool LeaderOnlyJob { get; init; }

    public string? ExecutedBy { get; init; }

    public AccessPayload? Access { get; init; }

    public SharingPayload? Sharing { get; init; }

    public bool ExternalAccess { get; init; }

    public bool Favorite { get; init; }

    public string[]? Favorites { get; init; }

    public string[]? UserAccesses { get; init; }

    public string[]? UserGroupAccesses { get; init; }

    public string[]? Translations { get; init; }

    public string[]? AttributeValues { get; init; }

    public ParametersPayload? JobParameters { get; init; }
}

internal sealed record ChosenListPayload(PagerPayload Pager, ChosenPayload[] JobConfigurations);

/// <summary>The members that the Scheduler app asks for.</summary>
internal sealed record ChosenPayload
{
    public string? Created { get; init; }

    public bool Configurable { get; init; }

    public string? CronExpression { get; init; }

    public string? Id { get; init; }

    public ParametersPayload? JobParameters { get; init; }

    public string? JobType { get; init; }

    public string? LastExecutedStatus { get; init; }

    public string? Name { get; init; }
}

internal sealed record UserPayload(string Id, string? Code, string? Name, string? DisplayName, string? Username);

internal sealed record AccessPayload(bool Manage, bool Externalize, bool Write, bool Read, bool Update, bool Delete);

internal sealed record SharingPayload(bool External, Dictionary<string, string> Users, Dictionary<string, string> UserGroups);

internal sealed record ParametersPayload(
    int? LastYears, string[] SkipTableTypes, string[]? SkipPrograms, bool SkipResourceTables, bool SkipOutliers);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobConfigurationPayload))]
[JsonSerializable(typeof(JobConfigurationListPayload))]
[JsonSerializable(typeof(ChosenPayload))]
[JsonSerializable(typeof(ChosenListPayload))]
internal sealed partial class PayloadContext : JsonSerializerContext;
