using System.CommandLine;
using System.Text.Json.Nodes;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Client.CommandLine.Display;
using Dhis2Grpc.Client.CommandLine.Json;

namespace Dhis2Grpc.Client.CommandLine.Commands;

/// <summary>`dhis2 queues`: list, get, create, update, delete, and those that run and watch.</summary>
internal static class QueueCommands
{
    private const string Sequence = "Sequence";

    /// <summary>Builds the command.</summary>
    public static Command Build(Dhis2CommandLine cli) => new CliCommand(
        "queues", "Queues: jobs that run one after another",
        "dhis2 queues list",
        "dhis2 queues create Night --cron '0 0 2 * * ?' 'Resource tables' 'Nightly analytics'",
        "dhis2 queues run Night --watch").With(
        List(cli), Get(cli), Create(cli), Update(cli), Delete(cli), QueueRunCommands.Run(cli), QueueRunCommands.Watch(cli));

    /// <summary>The argument that names a queue.</summary>
    public static Argument<string> QueueArgument() => new("queue") { Description = "Name of the queue", HelpName = "QUEUE" };

    private static Command List(Dhis2CommandLine cli)
    {
        var command = new CliCommand(
            "list", "Lists the queues",
            "dhis2 queues list",
            "dhis2 queues list --json | jq -r '.queues[].name'");
        return cli.On(command, async (context, ct) =>
        {
            var queues = (await context.Client.Queues.ListScheduleAsync(ct)).Where(e => e.Type == Sequence).ToList();
            if (context.Json)
                context.WriteJson(MessageJson.FormatList("queues", queues));
            else if (queues.Count > 0)
                QueueTables.Queues(context.Terminal.Out, queues);
            else
                context.Note("No queues.");
            return ExitCode.Ok;
        });
    }

    private static Command Get(Dhis2CommandLine cli)
    {
        var queue = QueueArgument();
        var command = new CliCommand(
            "get", "Shows the jobs of a queue, and how its last run went", "dhis2 queues get Night").With(queue);
        return cli.On(command, async (context, ct) =>
        {
            var found = await context.Client.Queues.GetAsync(context.Get(queue), ct);
            if (context.Json)
            {
                context.WriteJson(MessageJson.Format(found));
                return ExitCode.Ok;
            }

            var names = new Dictionary<string, string>();
            foreach (var uid in found.Sequence)
                names[uid] = (await context.Client.JobConfigurations.GetAsync(uid, ct)).Name;
            QueueTables.Queue(context.Terminal.Out, found, names, await context.Client.Queues.GetRunAsync(found.Name, ct));
            return ExitCode.Ok;
        });
    }

    private static Command Create(Dhis2CommandLine cli)
    {
        var queue = QueueArgument();
        var cron = Cron();
        cron.Required = true;
        var jobs = Jobs(new ArgumentArity(2, 100));
        var command = new CliCommand(
            "create", "Makes a queue of jobs; the first gets the expression, the others lose theirs",
            "dhis2 queues create Night --cron '0 0 2 * * ?' 'Resource tables' 'Nightly analytics'").With(queue, jobs, cron);
        return cli.On(command, async (context, ct) =>
        {
            var sequence = await FindAsync(context, context.Find(jobs) ?? [], ct);
            var made = await context.Client.Queues.CreateAsync(context.Get(queue), context.Get(cron)!, sequence, ct);
            context.Write(made, _ => context.Note($"Created {made.Name}."));
            return ExitCode.Ok;
        });
    }

    private static Command Update(Dhis2CommandLine cli)
    {
        var queue = QueueArgument();
        var (cron, name) = (Cron(), new Option<string>("--name") { Description = "New name", HelpName = "NAME" });
        var jobs = Jobs(new ArgumentArity(0, 100));
        var command = new CliCommand(
            "update", "Changes a queue; what is not given stays. Jobs that leave it are disabled",
            "dhis2 queues update Night --cron '0 0 3 * * ?'",
            "dhis2 queues update Night 'Nightly analytics' 'Resource tables' --name Weekend").With(queue, jobs, cron, name);
        return cli.On(command, async (context, ct) =>
        {
            var wanted = context.Find(jobs) ?? [];
            if (wanted.Length == 0 && !context.Has(cron) && !context.Has(name))
                throw new CommandException("Nothing to change; give jobs, --cron or --name.");
            var changed = await context.Client.Queues.GetAsync(context.Get(queue), ct);
            var old = changed.Name;
            if (context.Get(cron) is { } expression)
                changed.CronExpression = expression;
            if (context.Get(name) is { } newName)
                changed.Name = newName;
            if (wanted.Length > 0)
            {
                changed.Sequence.Clear();
                changed.Sequence.Add(await FindAsync(context, wanted, ct));
            }

            var stored = await context.Client.Queues.UpdateAsync(old, changed, ct);
            context.Write(stored, _ => context.Note($"Changed {stored.Name}."));
            return ExitCode.Ok;
        });
    }

    private static Command Delete(Dhis2CommandLine cli)
    {
        var queue = QueueArgument();
        var command = new CliCommand(
            "delete", "Deletes a queue; its jobs stay, disabled", "dhis2 queues delete Night").With(queue);
        return cli.On(command, async (context, ct) =>
        {
            var name = context.Get(queue);
            await context.Client.Queues.DeleteAsync(name, ct);
            if (context.Json)
                context.WriteJson(new JsonObject { ["name"] = name, ["deleted"] = true }.ToJsonString());
            else
                context.Note($"Deleted {name}.");
            return ExitCode.Ok;
        });
    }

    private static Option<string> Cron() =>
        new("--cron") { Description = "Cron expression of six fields", HelpName = "EXPRESSION" };

    private static Argument<string[]?> Jobs(ArgumentArity arity) => new("jobs")
    {
        Description = "Ids, codes or names of the jobs, in the order in which they run",
        HelpName = "JOB",
        Arity = arity,
    };

    private static async Task<List<string>> FindAsync(CommandContext context, string[] jobs, CancellationToken cancellationToken)
    {
        var uids = new List<string>();
        foreach (var job in jobs)
            uids.Add((await JobReference.FindAsync(context.Client, job, cancellationToken)).Id);
        return uids;
    }
}
