using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Google.Protobuf;
using JobConfigurationMessage = Dhis2.Scheduling.V1.JobConfiguration;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Properties of job configurations that lie inside of other objects, such as <c>lastUpdatedBy.username</c>, and
/// those that are the same of all, such as <c>access.read</c>: no message is made of each to look at them.</summary>
/// <param name="editors">Those who may have changed configurations.</param>
/// <param name="caller">As whom the configurations are seen.</param>
internal sealed class JobMembers(IReadOnlyCollection<User> editors, User caller)
{
    private const string Editor = "lastUpdatedBy.";

    private static readonly MessageProperties Contract = MessageProperties.Of(JobConfigurationMessage.Descriptor);
    private static readonly JobConfigurationMessage NoExtra = new();

    private readonly Dictionary<string, User> _editors = editors.ToDictionary(u => u.Uid);
    private readonly JobConfigurationMessage _common = new() { Access = JobConfigurationMessages.AccessOf(caller), Sharing = new() };

    /// <summary>The property is one of the user who changed a configuration last.</summary>
    public static bool IsOfEditors(string name) => name.StartsWith(Editor, StringComparison.Ordinal);

    /// <summary>The property; null when there is none of that name.</summary>
    public ObjectProperty<JobRecord>? Find(string name) => name switch
    {
        Editor + "id" => Text(r => r.Configuration.LastUpdatedBy),
        Editor + "username" => Text(r => EditorOf(r)?.Username),
        Editor + "name" or Editor + "displayName" => Text(r => EditorOf(r) is { } u ? JobConfigurationMessages.NameOf(u) : null),
        // Jobs have no creator, and users of this node no code; DHIS2 knows the properties nevertheless.
        Editor + "code" or "createdBy" or "user" => Text(_ => null),
        _ when Before(name, "createdBy.") || Before(name, "user.") =>
            Find(Editor + name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..]) is null ? null : Text(_ => null),
        _ => IsOfParameters(name) || Contract.Find(name) is not { } property ? null
            : Before(name, "translations") || Before(name, "attributeValues") ? new MemberProperty(property, r => r.Extra ??= ExtraOf(r), one: false)
            : new MemberProperty(property, _ => _common, one: true),
    };

    /// <summary>What decides about these properties beside the configurations.</summary>
    public string State(IEnumerable<string> names)
    {
        var asked = names.ToList();
        var state = asked.Exists(n => Before(n, "access")) ? caller.Uid : "";
        return asked.Exists(IsOfEditors) ? string.Join('\n', editors.Select(u => $"{u.Uid} {u.Username} {JobConfigurationMessages.NameOf(u)}").Prepend(state)) : state;
    }

    private static bool Before(string name, string start) => name.StartsWith(start, StringComparison.Ordinal);

    // Of the contract's parameters REST knows one member only, and that as a whole.
    private static bool IsOfParameters(string name) =>
        JobConfigurationMessage.Descriptor.Fields.InDeclarationOrder().Any(f => f.RealContainingOneof is not null && f.JsonName == name.Split('.')[0]);

    private static JobConfigurationMessage ExtraOf(JobRecord record) =>
        record.Configuration.ExtraJson is { } json ? JobConfigurationMessages.OfExtra(json) : NoExtra;

    private static TextProperty<JobRecord> Text(Func<JobRecord, string?> get) => new(get);

    private User? EditorOf(JobRecord record) => record.Configuration.LastUpdatedBy is { } uid ? _editors.GetValueOrDefault(uid) : null;

    /// <summary>A property of a message that stands for the part of a configuration that has it.</summary>
    /// <param name="inner">The property.</param>
    /// <param name="of">The message.</param>
    /// <param name="one">The message is the same of all.</param>
    private sealed class MemberProperty(ObjectProperty<IMessage> inner, Func<JobRecord, IMessage> of, bool one) : ObjectProperty<JobRecord>
    {
        public override bool IsSimple => inner.IsSimple;

        public override Func<JobRecord, bool> Condition(FilterOperator op, string operand, TimeZoneInfo zone)
        {
            var condition = inner.Condition(op, operand, zone);
            if (!one)
                return r => condition(of(r));
            bool? known = null;
            return r => known ??= condition(of(r));
        }

        public override int Compare(JobRecord x, JobRecord y, bool ignoreCase) => one ? 0 : inner.Compare(of(x), of(y), ignoreCase);
    }
}
