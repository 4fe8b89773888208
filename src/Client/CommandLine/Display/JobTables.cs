using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Json;
using Dhis2Grpc.Client.Jobs;
using Spectre.Console;

namespace Dhis2Grpc.Client.CommandLine.Display;

/// <summary>Tables of jobs, types and runs; without borders where no one looks at a screen.</summary>
internal static class JobTables
{
    /// <summary>A table with columns, ready for rows.</summary>
    public static Table Table(IAnsiConsole console, params string[] columns)
    {
        var table = new Table { Border = console.Profile.Capabilities.Ansi ? TableBorder.Rounded : TableBorder.None };
        foreach (var column in columns)
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = !console.Profile.Capabilities.Ansi });
        return table;
    }

    /// <summary>Adds a row of plain text.</summary>
    public static void Row(this Table table, params string[] cells) =>
        table.AddRow(cells.Select(c => new Text(c)));

    /// <summary>Job configurations in short.</summary>
    public static void Jobs(IAnsiConsole console, IEnumerable<JobConfiguration> jobs)
    {
        var table = Table(console, "ID", "NAME", "TYPE", "WHEN", "STATUS", "LAST RUN", "OUTCOME", "NEXT RUN");
        foreach (var job in jobs)
        {
            table.Row(
                job.Id, job.Name, WireNames.Of(job.JobType), When(job), WireNames.Of(job.JobStatus),
                ShownText.Time(job.LastExecuted), WireNames.Of(job.LastExecutedStatus),
                ShownText.Time(job.NextExecutionTime));
        }

        console.Write(table);
    }

    /// <summary>One job configuration in full.</summary>
    public static void Job(IAnsiConsole console, JobConfiguration job)
    {
        var table = Table(console, "PROPERTY", "VALUE");
        Add("id", job.Id);
        Add("name", job.Name);
        Add("code", job.Code);
        Add("jobType", WireNames.Of(job.JobType));
        Add("when", When(job));
        Add("timeZone", job.TimeZone);
        Add("enabled", job.Enabled ? "yes" : "no");
        Add("jobStatus", WireNames.Of(job.JobStatus));
        Add("nextExecutionTime", ShownText.Time(job.NextExecutionTime));
        Add("lastExecuted", ShownText.Time(job.LastExecuted));
        Add("lastExecutedStatus", WireNames.Of(job.LastExecutedStatus));
        Add("lastRuntimeExecution", ShownText.Span(job.LastRuntimeExecution?.ToTimeSpan()));
        Add("executedBy", job.ExecutedBy);
        Add("created", ShownText.Time(job.Created));
        Add("lastUpdated", ShownText.Time(job.LastUpdated));
        if (JobJson.ParametersOf(job.JobType) is { } field && field.Accessor.HasValue(job))
            Add("jobParameters", MessageJson.Format((Google.Protobuf.IMessage)field.Accessor.GetValue(job), indented: false));
        console.Write(table);

        void Add(string name, string value)
        {
            if (value.Length > 0)
                table.Row(name, value);
        }
    }

    /// <summary>Job types and their parameters.</summary>
    public static void Types(IAnsiConsole console, IEnumerable<JobTypeInfo> types)
    {
        var table = Table(console, "TYPE", "NAME", "SCHEDULE", "PARAMETERS");
        foreach (var type in types)
        {
            table.Row(
                WireNames.Of(type.JobType), type.Name, type.SchedulingType == SchedulingType.FixedDelay ? "delay" : "cron",
                string.Join(", ", type.JobParameters.Select(p => p.Required ? $"{p.Name} (required)" : p.Name)));
        }

        console.Write(table);
    }

    /// <summary>Runs in short.</summary>
    public static void Runs(IAnsiConsole console, IEnumerable<JobRun> runs)
    {
        var table = Table(console, "RUN", "JOB", "TYPE", "STATE", "TRIGGER", "STARTED", "TOOK", "ERROR");
        foreach (var run in runs)
        {
            table.Row(
                run.RunId, run.JobName, WireNames.Of(run.JobType), WireNames.Of(run.State), WireNames.Of(run.Trigger),
                ShownText.Time(run.StartedTime),
                ShownText.Span(run.CompletedTime?.ToDateTimeOffset() - run.StartedTime?.ToDateTimeOffset()),
                run.Error.ReplaceLineEndings(" "));
        }

        console.Write(table);
    }

    private static string When(JobConfiguration job) =>
        job.Delay is not null ? $"{ShownText.Span(job.Delay.ToTimeSpan())} after the last run"
        : job.HasCronExpression && job.CronExpression != CronSchedules.OnRequest ? job.CronExpression
        : "on request";
}
