using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Progress;
using Dhis2Grpc.Server.Security;
using Google.Protobuf.WellKnownTypes;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobRun = Dhis2Grpc.Server.Scheduling.JobRun;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Errors of runs as messages, and who may see them.</summary>
internal static class RunErrorMessages
{
    /// <summary>Refuses who may not read the errors of all jobs.</summary>
    public static void RequireLog(this User caller) => caller.Require(
        Authorities.JobLogRead, $"Access is denied, requires one Authority from [{Authorities.JobLogRead}]");

    /// <summary>Refuses who may not look into a job: it takes the authority, or to be the user as whom it runs.</summary>
    public static void RequireAccess(this User caller, JobConfiguration job, string authority)
    {
        if (!caller.Has(authority) && job.ExecutedBy != caller.Uid)
            throw new Dhis2Exception(ErrorKind.PermissionDenied, $"User has no access to JobConfiguration:{job.Uid}", "E1006");
    }

    /// <summary>A run's errors in order.</summary>
    public static IEnumerable<JobRunError> ToErrors(this JobRun run) => (run.Progress.Errors ?? []).Select(ToMessage);

    /// <summary>A run's errors by object and code; null when there are none, or the caller may not see them.</summary>
    public static JobRunErrorsByObject? ToErrorsByObject(this JobRun run, User caller)
    {
        if (run.Progress.Errors is not { } errors || !caller.Has(Authorities.JobLogRead))
            return null;
        var byObject = new JobRunErrorsByObject();
        foreach (var error in errors)
        {
            var id = error.ObjectId ?? run.JobUid;
            if (!byObject.Objects.TryGetValue(id, out var byCode))
                byObject.Objects.Add(id, byCode = new());
            if (!byCode.Codes.TryGetValue(error.Code, out var list))
                byCode.Codes.Add(error.Code, list = new());
            list.Errors.Add(ToMessage(error));
        }

        return byObject;
    }

    /// <summary>What a job's last run found wrong.</summary>
    public static JobRunErrors ToJobErrors(this JobRun run, JobConfiguration job)
    {
        var message = new JobRunErrors
        {
            Id = job.Uid,
            Type = job.Type,
            Created = job.Created.ToTimestamp(),
            Executed = run.Started.ToTimestamp(),
            Finished = run.Finished?.ToTimestamp(),
            Codes = RunError.CodesOf(run.Progress.Errors),
            Errors = new() { Errors = { run.ToErrors() } },
            RunId = run.RunId,
        };
        if (run.UserUid is not null)
            message.User = run.UserUid;
        return message;
    }

    private static JobRunError ToMessage(RunError error)
    {
        var message = new JobRunError { Code = error.Code, Args = { error.Arguments }, Message = error.Message };
        if (error.ObjectId is not null)
            message.Id = error.ObjectId;
        if (error.ObjectType is not null)
            message.Type = error.ObjectType;
        return message;
    }
}
