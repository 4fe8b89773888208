using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Scheduling;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using JobConfigurationMessage = Dhis2.Scheduling.V1.JobConfiguration;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Reads what clients send about job configurations.</summary>
internal sealed class JobConfigurationRequests(JobCatalog catalog)
{
    /// <summary>The version from which on any job may have any schedule, or none.</summary>
    public const int FreelyScheduled = 41;

    /// <summary>What a message sets, by the rules of a version. Read-only fields are ignored.</summary>
    /// <exception cref="Dhis2Exception">A field contradicts another or its type.</exception>
    public JobConfigurationInput ToInput(JobConfigurationMessage message, int? version) => new()
    {
        Version = version,
        Uid = TextOrNull(message.Id),
        Name = TextOrNull(message.Name),
        Code = message.HasCode ? TextOrNull(message.Code) : null,
        Type = message.JobType,
        CronExpression = message.HasCronExpression ? TextOrNull(message.CronExpression) : null,
        Delay = Seconds(message.Delay, "delay"),
        SchedulingType = version >= FreelyScheduled ? SchedulingOf(message) : null,
        Enabled = message.HasEnabled ? message.Enabled : null,
        Parameters = Parameters(message),
        ExecutedBy = message.HasExecutedBy ? TextOrNull(message.ExecutedBy) : null,
        TimeZone = message.HasTimeZone ? TextOrNull(message.TimeZone) : null,
        CatchUpWindow = Seconds(message.CatchUpWindow, "catch_up_window"),
        ExtraJson = JobConfigurationMessages.ExtraJson(message),
    };

    /// <summary>Whether only some fields are to change.</summary>
    /// <exception cref="Dhis2Exception">The mask names a field that does not exist.</exception>
    public static bool IsPartial(FieldMask? mask)
    {
        if (mask is null || mask.Paths.Count == 0 || mask.Paths.Contains("*"))
            return false;
        foreach (var path in mask.Paths)
        {
            if (!FieldMask.IsValid(JobConfigurationMessage.Descriptor, path))
                throw Invalid("update_mask", $"update_mask: a job configuration has no field `{path}`.");
        }

        return true;
    }

    /// <summary>The stored configuration with the masked fields as in the request.</summary>
    public static JobConfigurationMessage Merge(JobConfigurationMessage stored, JobConfigurationMessage request, FieldMask mask)
    {
        // What is stored may be shared with other readers.
        var merged = stored.Clone();
        mask.Merge(request, merged, new FieldMask.MergeOptions
        {
            ReplaceMessageFields = true,
            ReplaceRepeatedFields = true,
            ReplacePrimitiveFields = true,
        });
        return merged;
    }

    /// <summary>The revision that an etag stands for; null when the caller does not care.</summary>
    /// <exception cref="Dhis2Exception">It is none that this server gave.</exception>
    public static long? Revision(string etag)
    {
        if (etag.Length == 0)
            return null;
        return long.TryParse(etag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw new Dhis2Exception(ErrorKind.Aborted, $"The etag `{etag}` is not the current one; read the job configuration again.");
    }

    /// <summary>DHIS2's form of an order such as <c>job_type, name desc</c>.</summary>
    /// <exception cref="Dhis2Exception">It names a field that does not exist, or no direction.</exception>
    public static string OrderOf(string orderBy) => string.Join(',', orderBy.Split(',').Select(key =>
    {
        var parts = key.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ([_] or [_, "asc" or "desc"]))
            throw Invalid("order_by", $"order_by: `{key.Trim()}` is not a field, or a field and `asc` or `desc`.");
        var name = string.Join('.', parts[0].Split('.').Select(JsonName));
        if (MessageProperties.Of(JobConfigurationMessage.Descriptor).Find(name) is not { IsSimple: true })
            throw Invalid("order_by", $"order_by: job configurations cannot be ordered by `{parts[0]}`.");
        return $"{name}:{(parts.Length > 1 ? parts[1] : "asc")}";
    }));

    private static string JsonName(string field) =>
        string.Concat(field.Split('_').Select((w, i) => i == 0 || w.Length == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..]));

    private IMessage? Parameters(JobConfigurationMessage message)
    {
        if (message.JobParametersCase == JobConfigurationMessage.JobParametersOneofCase.None)
            return null;
        var field = JobConfigurationMessage.Descriptor.FindFieldByNumber((int)message.JobParametersCase);
        // Without a type, the missing type is the problem to tell of.
        if (message.JobType != JobType.Unspecified && (!catalog.TryGet(message.JobType, out var type) || type.OneofField != field))
        {
            throw Invalid(
                field.Name, $"The parameters `{field.Name}` do not belong to a job of type {WireName.Of(message.JobType)}.");
        }

        return (IMessage)field.Accessor.GetValue(message);
    }

    private static SchedulingType? SchedulingOf(JobConfigurationMessage message)
    {
        if (message.SchedulingType == SchedulingType.Unspecified)
            return null;
        return System.Enum.IsDefined(message.SchedulingType)
            ? message.SchedulingType
            : throw Invalid("scheduling_type", $"scheduling_type: {(int)message.SchedulingType} is not known.");
    }

    private static TimeSpan? Seconds(Duration? duration, string field)
    {
        if (duration is null)
            return null;
        // A Duration may be malformed, or larger than a TimeSpan.
        if (duration.Seconds is < -315_576_000_000 or > 315_576_000_000
            || duration.Nanos is < -999_999_999 or > 999_999_999
            || (duration.Seconds > 0 && duration.Nanos < 0)
            || (duration.Seconds < 0 && duration.Nanos > 0))
            throw Invalid(field, $"{field}: this is no valid duration.");
        return TimeSpan.FromSeconds(duration.Seconds) + TimeSpan.FromTicks(duration.Nanos / TimeSpan.NanosecondsPerTick);
    }

    private static string? TextOrNull(string text) => text.Length == 0 ? null : text;

    private static Dhis2Exception Invalid(string field, string message) => new(ErrorKind.InvalidArgument, message, "E1003")
    {
        Reports = [new ErrorReport("E1003", message, field)],
    };
}
