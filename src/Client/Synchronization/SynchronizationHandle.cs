using System.Runtime.CompilerServices;
using Dhis2.Common.V1;
using Dhis2.Synchronization.V1;

namespace Dhis2Grpc.Client.Synchronization;

/// <summary>The exchange of the server with its remote server.</summary>
public sealed class SynchronizationHandle
{
    private const int PageSize = 1_000;

    private readonly SynchronizationService.SynchronizationServiceClient _service;

    internal SynchronizationHandle(SynchronizationService.SynchronizationServiceClient service) => _service = service;

    /// <summary>Checks that the remote server answers and accepts the login of the settings.</summary>
    public async Task<CheckAvailabilityResponse> CheckAvailabilityAsync(CancellationToken cancellationToken = default) =>
        await _service.CheckAvailabilityAsync(new(), cancellationToken: cancellationToken);

    /// <summary>Sends changed data values to the remote server and waits until all are accounted for, however long that takes. Needs
    /// F_EXPORT_DATA. A DATA_SYNC job does the same and can be watched.</summary>
    /// <returns>What the remote server made of them; null when it cannot be used and the server is set to say nothing of it.</returns>
    public async Task<ImportSummary?> PushDataAsync(CancellationToken cancellationToken = default) =>
        (await _service.PushDataAsync(new(), deadline: DateTime.MaxValue, cancellationToken: cancellationToken)).Summary;

    /// <summary>Lets the server fetch a metadata document from another server, which its settings must allow, and import it, however
    /// long that takes. Needs ALL.</summary>
    /// <returns>The import report.</returns>
    public async Task<ImportReport> PullMetadataAsync(string url, CancellationToken cancellationToken = default) =>
        (await _service.PullMetadataAsync(new() { Url = url }, deadline: DateTime.MaxValue, cancellationToken: cancellationToken)).Report;

    /// <summary>Lets the server take one metadata version of its remote server over, however long that takes. Needs F_METADATA_MANAGE. A
    /// META_DATA_SYNC job takes all that are newer, and can be watched.</summary>
    /// <returns>What became of it; errors in objects are in its report.</returns>
    public async Task<MetadataSyncSummary> SyncMetadataVersionAsync(string name, CancellationToken cancellationToken = default) =>
        (await _service.SyncMetadataVersionAsync(new() { VersionName = name }, deadline: DateTime.MaxValue, cancellationToken: cancellationToken)).Summary;

    /// <summary>What the remote server refused and has not taken since, latest first, page by page as it is consumed.</summary>
    public async IAsyncEnumerable<PushConflict> ListPushConflictsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var page = 1; ; page++)
        {
            var answer = await _service.ListPushConflictsAsync(new() { Page = page, PageSize = PageSize }, cancellationToken: cancellationToken);
            foreach (var conflict in answer.Conflicts)
                yield return conflict;
            if (page >= answer.Pager.PageCount)
                yield break;
        }
    }
}
