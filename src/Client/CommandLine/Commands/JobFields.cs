using System.CommandLine;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Json;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>The options that describe a job, shared by create and update.</summary>
internal sealed class JobFields
{
    private readonly Option<string> _file = new("--file", "-f") { Description = "Read the job as JSON from a file, or - for standard input", HelpName = "FILE" };
    private readonly Option<string> _name = new("--name") { Description = "Name, unique", HelpName = "TEXT" };
    private readonly Option<string> _code = new("--code") { Description = "Code, unique", HelpName = "TEXT" };
    private readonly Option<string> _type = new("--type", "-t") { Description = "Job type; see `dhis2 jobs types`", HelpName = "TYPE" };
    private readonly Option<string> _cron = new("--cron") { Description = "Cron expression of six fields, second first, such as '0 0 2 * * ?'", HelpName = "CRON" };
    private readonly Option<string> _delay = new("--delay") { Description = "Seconds, or HH:mm:ss, from the end of a run to the next start", HelpName = "TIME" };
    private readonly Option<string> _parameters = new("--parameters") { Description = "Job parameters as JSON, or @FILE", HelpName = "JSON" };
    private readonly Option<string> _zone = new("--time-zone") { Description = "Zone of the cron expression, such as Africa/Nairobi", HelpName = "ZONE" };
    private readonly Option<string> _catchUp = new("--catch-up") { Description = "How late a missed run is made up, in seconds or HH:mm:ss", HelpName = "TIME" };
    private readonly Option<string> _executedBy = new("--executed-by") { Description = "UID of the user as whom it runs", HelpName = "UID" };

    /// <summary>All of them.</summary>
    public Symbol[] Options => [_file, _name, _code, _type, _cron, _delay, _parameters, _zone, _catchUp, _executedBy];

    /// <summary>Reads them: the file first, then single options over it.</summary>
    /// <param name="context">The invocation.</param>
    /// <param name="stored">The job to change; null for a new one.</param>
    /// <param name="cancellationToken">Gives up reading.</param>
    /// <returns>The job, and the names of the fields given by options; null when a file gave the whole job.</returns>
    public async Task<(JobConfiguration Job, IReadOnlyList<string>? Fields)> ReadAsync(
        CommandContext context, JobConfiguration? stored, CancellationToken cancellationToken)
    {
        var file = context.Get(_file);
        var job = file is null ? new JobConfiguration() : JobJson.Parse(await TextAsync(context, file, cancellationToken));
        var fields = new List<string>();
        Set(_name, "name", v => job.Name = v);
        Set(_code, "code", v => job.Code = v);
        Set(_type, "job_type", v => job.JobType = JobCommands.ParseType(v));
        Set(_cron, "cron_expression", v => job.CronExpression = v);
        Set(_delay, "delay", v => job.Delay = JobJson.Seconds(v));
        Set(_zone, "time_zone", v => job.TimeZone = v);
        Set(_catchUp, "catch_up_window", v => job.CatchUpWindow = JobJson.Seconds(v));
        Set(_executedBy, "executed_by", v => job.ExecutedBy = v);
        if (job.JobType == JobType.Unspecified && stored is not null)
            job.JobType = stored.JobType;
        if (context.Get(_parameters) is { } parameters)
        {
            JobJson.SetParameters(job, parameters.StartsWith('@') ? await TextAsync(context, parameters[1..], cancellationToken) : parameters);
            if (JobJson.ParametersOf(job.JobType) is { } field)
                fields.Add(field.Name);
        }

        return (job, file is null ? fields : null);

        void Set(Option<string> option, string field, Action<string> set)
        {
            if (context.Get(option) is not { } value)
                return;
            set(value);
            fields.Add(field);
        }
    }

    private static async Task<string> TextAsync(CommandContext context, string file, CancellationToken cancellationToken)
    {
        if (file != "-")
            return await File.ReadAllTextAsync(file, cancellationToken);
        using var reader = new StreamReader(context.Terminal.OpenInput());
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
