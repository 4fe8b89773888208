using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Jobs;
using Google.Protobuf.Reflection;
using JobConfigurationMessage = Dhis2.Scheduling.V1.JobConfiguration;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>All job types, as the contract describes them, each with its work where that is built.</summary>
internal sealed class JobCatalog
{
    private const string ValuePrefix = "JOB_TYPE_";

    private readonly FrozenDictionary<JobType, JobTypeEntry> _entries;

    /// <summary>Reads the contract, and finds each job's place in it.</summary>
    /// <exception cref="InvalidOperationException">Two jobs claim one type, or one an unknown type.</exception>
    public JobCatalog(IEnumerable<IJob> jobs)
    {
        var work = new Dictionary<JobType, IJob>();
        foreach (var job in jobs)
        {
            if (!work.TryAdd(job.Type, job))
                throw new InvalidOperationException($"{work[job.Type].GetType()} and {job.GetType()} are both jobs of type {job.Type}.");
        }

        All = [.. Describe(work)];
        _entries = All.ToFrozenDictionary(e => e.Type);
        UserDefinable = [.. All.Where(e => e.UserDefinable)];
        if (work.Keys.FirstOrDefault(t => !_entries.ContainsKey(t)) is var unknown and not JobType.Unspecified)
            throw new InvalidOperationException($"{work[unknown].GetType()} is of type {unknown}, which the contract does not describe.");
    }

    private JobCatalog(JobTypeEntry[] entries)
    {
        All = entries;
        _entries = entries.ToFrozenDictionary(e => e.Type);
        UserDefinable = [.. entries.Where(e => e.UserDefinable)];
    }

    /// <summary>All types, in enum order.</summary>
    public IReadOnlyList<JobTypeEntry> All { get; }

    /// <summary>Types that users can create, in enum order.</summary>
    public IReadOnlyList<JobTypeEntry> UserDefinable { get; }

    /// <summary>A catalog of the types given, in place of the contract's.</summary>
    public static JobCatalog Of(IEnumerable<JobTypeEntry> entries) => new(entries.ToArray());

    /// <summary>Finds what is known of a type.</summary>
    public bool TryGet(JobType type, [NotNullWhen(true)] out JobTypeEntry? entry) => _entries.TryGetValue(type, out entry);

    private static IEnumerable<JobTypeEntry> Describe(Dictionary<JobType, IJob> work)
    {
        var fields = JobConfigurationMessage.Descriptor.Oneofs.Single(o => o.Name == "job_parameters")
            .Fields.ToDictionary(f => f.Name);
        foreach (var value in JobTypeReflection.Descriptor.EnumTypes.Single(e => e.Name == nameof(JobType)).Values)
        {
            if (value.Number == (int)JobType.Unspecified)
                continue;
            var type = (JobType)value.Number;
            var wireName = value.Name[ValuePrefix.Length..];
            var description = Description(value);
            yield return new JobTypeEntry
            {
                Type = type,
                WireName = wireName,
                DisplayName = NameForPeople(wireName),
                Key = description.Key,
                UserDefinable = description.UserDefinable,
                SchedulingType = description.SchedulingType,
                System = description.SystemCron.Length > 0
                    ? new SystemJob(description.SystemUid, description.SystemName, description.SystemCron)
                    : null,
                Since = description.Since,
                Until = description.Until,
                OneofField = fields.GetValueOrDefault(wireName.ToLower(CultureInfo.InvariantCulture)),
                Job = work.GetValueOrDefault(type),
            };
        }
    }

    private static JobTypeDescription Description(EnumValueDescriptor value) =>
        value.GetOptions()?.GetExtension(JobTypeExtensions.JobTypeDescription) ?? new JobTypeDescription();

    private static string NameForPeople(string wireName) =>
        wireName[..1] + wireName[1..].Replace('_', ' ').ToLower(CultureInfo.InvariantCulture);
}
