using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Google.Protobuf;
using Grpc.Core;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobConfigurationMessage = Dhis2.Scheduling.V1.JobConfiguration;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Creates, reads, changes, deletes and executes job configurations.</summary>
internal sealed class JobConfigurationService(
    JobConfigurations configurations,
    JobRuns runs,
    JobConfigurationMessages messages,
    JobConfigurationRequests requests,
    JobLists lists,
    JobTypeMessages types,
    IObjectJson json)
    : Dhis2.Scheduling.V1.JobConfigurationService.JobConfigurationServiceBase
{
    // A partial update reads before it writes; another writer may come between, and rarely does so twice.
    private const int MergeAttempts = 5;

    /// <inheritdoc/>
    public override async Task<ListJobConfigurationsResponse> ListJobConfigurations(
        ListJobConfigurationsRequest request, ServerCallContext context)
    {
        var caller = context.Caller();
        var mask = ReadMask.Of(JobConfigurationMessage.Descriptor, request.ReadMask);
        if (request.OrderBy.Length > 0)
            request.Order.Insert(0, JobConfigurationRequests.OrderOf(request.OrderBy));
        var response = new ListJobConfigurationsResponse();
        if (request.Filter.Count == 0 && request.Order.Count == 0 && request.Query.Length == 0)
        {
            // The usual list needs nothing but its page, however many configurations there are.
            var all = await configurations.ListAsync(context.CancellationToken);
            var page = all.Slice(Window(request, response, all.Count));
            response.JobConfigurations.Add(await ToMessagesAsync(page, caller, context));
        }
        else
        {
            var properties = await lists.PropertiesAsync(request, caller, context.CancellationToken);
            var all = await lists.AllAsync(request, context.CancellationToken);
            var found = lists.Filter(all, request, properties);
            var page = lists.Order(found, all, request, properties, Window(request, response, found.Count));
            response.JobConfigurations.Add(JobLists.IsOfRuns(request)
                ? await messages.ToMessagesAsync(configurations.Show(page), caller, context.CancellationToken)
                : await ToMessagesAsync([.. page.Select(r => r.Configuration)], caller, context));
        }

        for (var i = 0; !mask.IsAll && i < response.JobConfigurations.Count; i++)
            response.JobConfigurations[i] = mask.Apply(response.JobConfigurations[i]);
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetJobConfigurationResponse> GetJobConfiguration(GetJobConfigurationRequest request, ServerCallContext context)
    {
        var mask = ReadMask.Of(JobConfigurationMessage.Descriptor, request.ReadMask);
        var view = await configurations.GetAsync(request.Uid, context.CancellationToken);
        return new() { JobConfiguration = mask.Apply(await ToMessageAsync(view, context)) };
    }

    /// <inheritdoc/>
    public override async Task<CreateJobConfigurationResponse> CreateJobConfiguration(
        CreateJobConfigurationRequest request, ServerCallContext context)
    {
        var caller = Admin(context, "create");
        var input = requests.ToInput(request.JobConfiguration ?? new(), request.HasVersion ? request.Version : null);
        var view = await configurations.CreateAsync(input, caller, request.ValidateOnly, context.CancellationToken);
        return new() { JobConfiguration = await ToMessageAsync(view, context), Report = Report(view.Configuration.Uid) };
    }

    /// <inheritdoc/>
    public override async Task<UpdateJobConfigurationResponse> UpdateJobConfiguration(
        UpdateJobConfigurationRequest request, ServerCallContext context)
    {
        var caller = Admin(context, "update");
        var job = request.JobConfiguration ?? new();
        Check(job.Id);
        int? version = request.HasVersion ? request.Version : null;
        var view = JobConfigurationRequests.IsPartial(request.UpdateMask)
            ? await MergeAsync(
                job.Id, job.Etag, stored => JobConfigurationRequests.Merge(stored, job, request.UpdateMask), request.ValidateOnly, version, caller, context)
            : await configurations.UpdateAsync(
                job.Id, requests.ToInput(job, version), JobConfigurationRequests.Revision(job.Etag), caller, request.ValidateOnly, context.CancellationToken);
        return new() { JobConfiguration = await ToMessageAsync(view, context), Report = Report(view.Configuration.Uid) };
    }

    /// <inheritdoc/>
    public override async Task<PatchJobConfigurationResponse> PatchJobConfiguration(
        PatchJobConfigurationRequest request, ServerCallContext context)
    {
        var caller = Admin(context, "update");
        Check(request.Uid);
        if (request.HasMembers && request.Operations.Count > 0)
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "A patch has either operations or members.", "E1003");
        var view = await MergeAsync(request.Uid, request.Etag, stored => Patched(stored, request), request.ValidateOnly, request.HasVersion ? request.Version : null, caller, context);
        return new() { JobConfiguration = await ToMessageAsync(view, context), Report = Report(view.Configuration.Uid) };
    }

    /// <inheritdoc/>
    public override async Task<DeleteJobConfigurationResponse> DeleteJobConfiguration(
        DeleteJobConfigurationRequest request, ServerCallContext context)
    {
        Admin(context, "delete");
        Check(request.Uid);
        await configurations.DeleteAsync(
            request.Uid, JobConfigurationRequests.Revision(request.Etag), request.ValidateOnly, context.CancellationToken);
        return new() { Report = Report(request.Uid) };
    }

    /// <inheritdoc/>
    public override async Task<ExecuteJobConfigurationResponse> ExecuteJobConfiguration(
        ExecuteJobConfigurationRequest request, ServerCallContext context)
    {
        var caller = Admin(context, "execute");
        Check(request.Uid);
        var run = await runs.ExecuteAsync(request.Uid, caller, context.CancellationToken);
        return new() { RunId = run.RunId, Report = new ObjectReport { Klass = JobErrors.Klass, Index = 0 } };
    }

    /// <inheritdoc/>
    public override async Task<EnableJobConfigurationResponse> EnableJobConfiguration(
        EnableJobConfigurationRequest request, ServerCallContext context) =>
        new() { JobConfiguration = await SetEnabledAsync(request.Uid, true, context, request.HasVersion && request.Version >= JobConfigurationRequests.FreelyScheduled) };

    /// <inheritdoc/>
    public override async Task<DisableJobConfigurationResponse> DisableJobConfiguration(
        DisableJobConfigurationRequest request, ServerCallContext context) =>
        new() { JobConfiguration = await SetEnabledAsync(request.Uid, false, context) };

    /// <inheritdoc/>
    public override Task<ListJobTypesResponse> ListJobTypes(ListJobTypesRequest request, ServerCallContext context) =>
        Task.FromResult(types.List(request.HasVersion ? request.Version : null));

    /// <inheritdoc/>
    public override Task<ListJobTypesExtendedResponse> ListJobTypesExtended(ListJobTypesExtendedRequest request, ServerCallContext context) =>
        Task.FromResult(types.Extended(request.HasVersion ? request.Version : null));

    private async ValueTask<JobView> MergeAsync(
        string uid,
        string etag,
        Func<JobConfigurationMessage, JobConfigurationMessage> change,
        bool validateOnly,
        int? version,
        User caller,
        ServerCallContext context)
    {
        var revision = JobConfigurationRequests.Revision(etag);
        for (var attempt = 1; ; attempt++)
        {
            var stored = await configurations.GetAsync(uid, context.CancellationToken);
            var message = await ToMessageAsync(stored, context);
            // What follows from the schedule is not kept when that changes, but what was said of it is.
            message.SchedulingType = stored.Configuration.SchedulingType ?? SchedulingType.Unspecified;
            var changed = change(message);
            try
            {
                return await configurations.PatchAsync(
                    uid,
                    requests.ToInput(changed, version),
                    revision ?? stored.Configuration.Revision,
                    caller,
                    validateOnly,
                    context.CancellationToken);
            }
            catch (Dhis2Exception e) when (e.Kind == ErrorKind.Aborted && revision is null && attempt < MergeAttempts)
            {
            }
        }
    }

    private JobConfigurationMessage Patched(JobConfigurationMessage stored, PatchJobConfigurationRequest request)
    {
        var changed = json.Write(stored);
        bool IsKnown(string name) => json.Has(stored, name);
        if (request.HasMembers)
            JsonPatch.Merge(changed, request.Members, IsKnown);
        else
            JsonPatch.Apply(changed, request.Operations, "JobConfiguration", IsKnown);
        // Callers of older versions cannot set it, so that it does not matter what they say.
        if (!request.HasVersion || request.Version < JobConfigurationRequests.FreelyScheduled)
            changed.Remove("schedulingType");
        var patched = new JobConfigurationMessage();
        json.Read(changed, patched);
        return patched;
    }

    private async ValueTask<List<JobConfigurationMessage>> ToMessagesAsync(
        IReadOnlyCollection<JobConfiguration> jobs, User caller, ServerCallContext context) =>
        await messages.ToMessagesAsync(await configurations.ShowAsync(jobs, context.CancellationToken), caller, context.CancellationToken);

    private ValueTask<JobConfigurationMessage> ToMessageAsync(JobView view, ServerCallContext context) =>
        messages.ToMessageAsync(view, context.Caller(), context.CancellationToken);

    private async ValueTask<JobConfigurationMessage> SetEnabledAsync(
        string uid, bool enabled, ServerCallContext context, bool needsSchedule = false)
    {
        var caller = Admin(context, "update");
        Check(uid);
        return await ToMessageAsync(await configurations.SetEnabledAsync(uid, enabled, caller, context.CancellationToken, needsSchedule), context);
    }

    private static void Check(string uid)
    {
        if (!Uids.IsValid(uid))
            throw JobErrors.Malformed(uid);
    }

    private static User Admin(ServerCallContext context, string action)
    {
        var caller = context.Caller();
        caller.Require(Authorities.SchedulingAdmin, $"You don't have the proper permissions to {action} this object.");
        return caller;
    }

    private static ObjectReport Report(string uid) => new() { Klass = JobErrors.Klass, Uid = uid };

    private static Window Window(ListJobConfigurationsRequest request, ListJobConfigurationsResponse response, int total)
    {
        if (request is { HasPaging: true, Paging: false })
            return new(0, total);
        var page = Page.Of(
            request.HasPage ? request.Page : null, request.HasPageSize ? request.PageSize : null, request.PageToken, total);
        response.Pager = page.Pager;
        response.NextPageToken = page.NextToken;
        return new(page.Offset, page.Size);
    }
}
