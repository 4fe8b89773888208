using System.Runtime.CompilerServices;
using Dhis2.Scheduling.V1;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Client.Jobs;

/// <summary>Job configurations: what runs, when, and as whom. Changes need the authority F_SCHEDULING_ADMIN.</summary>
public sealed class JobConfigurationsHandle
{
    private readonly JobConfigurationService.JobConfigurationServiceClient _service;

    internal JobConfigurationsHandle(JobConfigurationService.JobConfigurationServiceClient service) =>
        _service = service;

    /// <summary>Stores a new job configuration.</summary>
    /// <param name="job">The job; read-only fields are ignored.</param>
    /// <param name="validateOnly">Check only, store nothing.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The job as stored, with its UID.</returns>
    public async Task<JobConfiguration> CreateAsync(
        JobConfiguration job, bool validateOnly = false, CancellationToken cancellationToken = default)
    {
        var request = new CreateJobConfigurationRequest { JobConfiguration = job, ValidateOnly = validateOnly };
        var response = await _service.CreateJobConfigurationAsync(request, cancellationToken: cancellationToken);
        return response.JobConfiguration;
    }

    /// <summary>Reads one job configuration.</summary>
    public async Task<JobConfiguration> GetAsync(string uid, CancellationToken cancellationToken = default)
    {
        var request = new GetJobConfigurationRequest { Uid = uid };
        return (await _service.GetJobConfigurationAsync(request, cancellationToken: cancellationToken))
            .JobConfiguration;
    }

    /// <summary>Reads all job configurations, page by page as they are consumed.</summary>
    /// <param name="query">Which, and in which order; null means all by name.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    public async IAsyncEnumerable<JobConfiguration> ListAsync(
        JobQuery? query = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = (query ?? new()).ToRequest();
        do
        {
            var page = await _service.ListJobConfigurationsAsync(request, cancellationToken: cancellationToken);
            foreach (var job in page.JobConfigurations)
                yield return job;
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
    }

    /// <summary>Changes a job configuration.</summary>
    /// <param name="job">The job; its id says which, its etag (when set) which version of it.</param>
    /// <param name="fields">Names of the proto fields to change; null replaces the whole job.</param>
    /// <param name="validateOnly">Check only, store nothing.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The job as stored.</returns>
    public async Task<JobConfiguration> UpdateAsync(
        JobConfiguration job,
        IEnumerable<string>? fields = null,
        bool validateOnly = false,
        CancellationToken cancellationToken = default)
    {
        var request = new UpdateJobConfigurationRequest { JobConfiguration = job, ValidateOnly = validateOnly };
        if (fields is not null)
            request.UpdateMask = new FieldMask { Paths = { fields } };
        var response = await _service.UpdateJobConfigurationAsync(request, cancellationToken: cancellationToken);
        return response.JobConfiguration;
    }

    /// <summary>Deletes a job configuration. A run in progress goes on.</summary>
    /// <param name="uid">UID.</param>
    /// <param name="etag">Delete only this version; null deletes any.</param>
    /// <param name="validateOnly">Check only, delete nothing.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task DeleteAsync(
        string uid, string? etag = null, bool validateOnly = false, CancellationToken cancellationToken = default)
    {
        var request =
            new DeleteJobConfigurationRequest { Uid = uid, Etag = etag ?? "", ValidateOnly = validateOnly };
        await _service.DeleteJobConfigurationAsync(request, cancellationToken: cancellationToken);
    }

    /// <summary>Lets the schedule and users start the job.</summary>
    public async Task<JobConfiguration> EnableAsync(string uid, CancellationToken cancellationToken = default)
    {
        var request = new EnableJobConfigurationRequest { Uid = uid };
        return (await _service.EnableJobConfigurationAsync(request, cancellationToken: cancellationToken))
            .JobConfiguration;
    }

    /// <summary>Keeps the schedule and users from starting the job; a run in progress goes on.</summary>
    public async Task<JobConfiguration> DisableAsync(string uid, CancellationToken cancellationToken = default)
    {
        var request = new DisableJobConfigurationRequest { Uid = uid };
        return (await _service.DisableJobConfigurationAsync(request, cancellationToken: cancellationToken))
            .JobConfiguration;
    }

    /// <summary>The job types that users can create, with their parameters.</summary>
    public async Task<IReadOnlyList<JobTypeInfo>> ListTypesAsync(CancellationToken cancellationToken = default) =>
        (await _service.ListJobTypesAsync(new(), cancellationToken: cancellationToken)).JobTypes;

    /// <summary>Starts a job now; answers the identifier of the run.</summary>
    internal async Task<string> ExecuteAsync(string uid, CancellationToken cancellationToken)
    {
        var request = new ExecuteJobConfigurationRequest { Uid = uid };
        return (await _service.ExecuteJobConfigurationAsync(request, cancellationToken: cancellationToken)).RunId;
    }
}
