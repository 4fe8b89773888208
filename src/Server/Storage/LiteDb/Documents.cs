using Dhis2Grpc.Server.Scheduling;
using Dhis2Grpc.Server.Security;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using LiteDB;
using Contract = Dhis2.Scheduling.V1.JobConfiguration;
using JobType = Dhis2.Scheduling.V1.JobType;
using SchedulingType = Dhis2.Scheduling.V1.SchedulingType;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Configurations, users and settings as documents. Absent values are left out; times are UTC ticks, since
/// LiteDB's dates keep milliseconds only.</summary>
internal static class Documents
{
    /// <summary>Collection of configurations.</summary>
    public const string Jobs = "jobConfigurations";

    /// <summary>Collection of users.</summary>
    public const string Users = "users";

    /// <summary>Collection of settings.</summary>
    public const string Settings = "settings";

    /// <summary>Collection of what the last runs of jobs found wrong, by UID of the job.</summary>
    public const string RunErrors = "runErrors";

    private static readonly Dictionary<string, MessageParser> ParameterParsers = Contract.Descriptor.Oneofs
        .Single(o => o.Name == "job_parameters").Fields
        .Select(f => f.MessageType)
        .DistinctBy(m => m.Name)
        .ToDictionary(m => m.Name, m => m.Parser);

    /// <summary>A configuration as document.</summary>
    public static BsonDocument Write(JobConfiguration job)
    {
        var document = new BsonDocument { ["_id"] = job.Uid, ["name"] = job.Name, ["type"] = (int)job.Type };
        Add(document, "code", job.Code);
        Add(document, "cron", job.CronExpression);
        Add(document, "delay", job.Delay?.Ticks);
        Add(document, "scheduling", (int?)job.SchedulingType);
        if (job.Parameters is { } parameters)
        {
            document["parametersType"] = parameters.Descriptor.Name;
            document["parameters"] = parameters.ToByteArray();
        }

        if (!job.Enabled)
            document["disabled"] = true;
        Add(document, "timeZone", job.TimeZone);
        Add(document, "catchUp", job.CatchUpWindow?.Ticks);
        Add(document, "executedBy", job.ExecutedBy);
        Add(document, "queue", job.QueueName);
        Add(document, "queuePosition", job.QueuePosition);
        document["created"] = job.Created.UtcTicks;
        document["lastUpdated"] = job.LastUpdated.UtcTicks;
        Add(document, "lastUpdatedBy", job.LastUpdatedBy);
        Add(document, "extra", job.ExtraJson);
        document["revision"] = job.Revision;
        return document;
    }

    /// <summary>A configuration from its document.</summary>
    public static JobConfiguration ReadJob(BsonDocument document) => new()
    {
        Uid = document["_id"].AsString,
        Name = document["name"].AsString,
        Type = (JobType)document["type"].AsInt32,
        Code = Text(document, "code"),
        CronExpression = Text(document, "cron"),
        Delay = Duration(document, "delay"),
        SchedulingType = document["scheduling"] is { IsInt32: true } scheduling ? (SchedulingType)scheduling.AsInt32 : null,
        Parameters = Parameters(document),
        Enabled = !document["disabled"].IsBoolean,
        TimeZone = Text(document, "timeZone"),
        CatchUpWindow = Duration(document, "catchUp"),
        ExecutedBy = Text(document, "executedBy"),
        QueueName = Text(document, "queue"),
        QueuePosition = document["queuePosition"] is { IsInt32: true } position ? position.AsInt32 : null,
        Created = Time(document, "created"),
        LastUpdated = Time(document, "lastUpdated"),
        LastUpdatedBy = Text(document, "lastUpdatedBy"),
        ExtraJson = Text(document, "extra"),
        Revision = document["revision"].AsInt64,
    };

    /// <summary>A user as document.</summary>
    public static BsonDocument Write(User user)
    {
        var document = new BsonDocument
        {
            ["_id"] = user.Uid,
            ["username"] = user.Username,
            ["firstName"] = user.FirstName,
            ["surname"] = user.Surname,
            ["passwordHash"] = user.PasswordHash,
            ["authorities"] = new BsonArray(user.Authorities.Select(a => new BsonValue(a))),
            ["disabled"] = user.Disabled,
            ["created"] = user.Created.UtcTicks,
            ["lastUpdated"] = user.LastUpdated.UtcTicks,
        };
        Add(document, "email", user.Email);
        return document;
    }

    /// <summary>A user from its document.</summary>
    public static User ReadUser(BsonDocument document) => new()
    {
        Uid = document["_id"].AsString,
        Username = document["username"].AsString,
        FirstName = document["firstName"].AsString,
        Surname = document["surname"].AsString,
        Email = Text(document, "email"),
        PasswordHash = document["passwordHash"].AsString,
        Authorities = document["authorities"].AsArray.Select(a => a.AsString).ToHashSet(),
        Disabled = document["disabled"].AsBoolean,
        Created = Time(document, "created"),
        LastUpdated = Time(document, "lastUpdated"),
    };

    /// <summary>Error codes of a job's last run as document.</summary>
    public static BsonDocument Write(string jobUid, RunErrorCodes errors) =>
        new() { ["_id"] = jobUid, ["run"] = errors.RunId, ["codes"] = errors.Codes };

    /// <summary>Error codes of a job's last run from their document.</summary>
    public static RunErrorCodes ReadErrors(BsonDocument document) => new(document["run"].AsString, document["codes"].AsString);

    /// <summary>A setting as document.</summary>
    public static BsonDocument Setting(string key, string value) => new() { ["_id"] = key, ["value"] = value };

    /// <summary>Parses parameters by the name of their message.</summary>
    /// <exception cref="InvalidDataException">No such message.</exception>
    public static MessageDescriptor ParametersDescriptor(string name) =>
        Contract.Descriptor.Oneofs.Single(o => o.Name == "job_parameters").Fields
            .Select(f => f.MessageType).FirstOrDefault(m => m.Name == name) ?? throw UnknownParameters(name);

    private static IMessage? Parameters(BsonDocument document)
    {
        if (Text(document, "parametersType") is not { } name)
            return null;
        return ParameterParsers.TryGetValue(name, out var parser)
            ? parser.ParseFrom(document["parameters"].AsBinary)
            : throw UnknownParameters(name);
    }

    private static InvalidDataException UnknownParameters(string name) =>
        new($"the job parameters {name} are unknown to this version of the server");

    private static void Add(BsonDocument document, string name, string? value)
    {
        if (value is not null)
            document[name] = value;
    }

    private static void Add(BsonDocument document, string name, long? value)
    {
        if (value is { } number)
            document[name] = number;
    }

    private static void Add(BsonDocument document, string name, int? value)
    {
        if (value is { } number)
            document[name] = number;
    }

    private static string? Text(BsonDocument document, string name) => document[name] is { IsString: true } value ? value.AsString : null;

    private static TimeSpan? Duration(BsonDocument document, string name) =>
        document[name] is { IsInt64: true } value ? TimeSpan.FromTicks(value.AsInt64) : null;

    private static DateTimeOffset Time(BsonDocument document, string name) => new(document[name].AsInt64, TimeSpan.Zero);
}
