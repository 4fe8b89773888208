using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Creates, reads, changes and deletes job configurations.</summary>
internal sealed class JobConfigurations
{
    public ValueTask<JobView> GetAsync(string uid, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask<IReadOnlyList<JobView>> ListAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask<JobView> CreateAsync(
        JobConfigurationInput input, User caller, bool validateOnly, CancellationToken cancellationToken) => throw new NotImplementedException();

    public ValueTask<JobView> UpdateAsync(
        string uid, JobConfigurationInput input, long? revision, User caller, bool validateOnly, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ValueTask DeleteAsync(string uid, long? revision, bool validateOnly, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    public ValueTask<JobView> SetEnabledAsync(string uid, bool enabled, User caller, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
