using System.Net;
using System.Text;
using Dhis2.Scheduling.V1;
using Grpc.Core;

namespace Contract.Tests.Crash;

/// <summary>Creates, changes and deletes job configurations over one of the faces.</summary>
internal sealed class JobLedger(char prefix, int hour, JobLedger.IFace face) : ILedger
{
    private readonly List<Entry> _entries = [];

    /// <summary>One of the faces.</summary>
    internal interface IFace
    {
        Task PutAsync(ServerProcess server, string uid, string name, string cron, bool create);

        Task DeleteAsync(ServerProcess server, string uid);

        /// <summary>The whole job as it is answered; null when there is none.</summary>
        Task<string?> ReadAsync(ServerProcess server, string uid);
    }

    /// <inheritdoc/>
    public async Task WorkAsync(ServerProcess server)
    {
        try
        {
            while (true)
            {
                var i = _entries.Count;
                var entry = new Entry($"{prefix}{i:0000000000}", $"{i % 60} {i / 60 % 60} {hour} 29 2 ?");
                _entries.Add(entry);
                await DoAsync(server, entry, $"{entry.Uid} created");
                if (i % 3 > 0)
                    await DoAsync(server, entry, $"{entry.Uid} changed");
                if (i % 3 > 1)
                    await DoAsync(server, entry, null);
            }
        }
        catch (Exception e) when (server.IsCrash(e))
        {
        }
    }

    /// <inheritdoc/>
    public async Task<string> CheckAsync(ServerProcess server)
    {
        var unanswered = 0;
        foreach (var entry in _entries)
        {
            var found = await face.ReadAsync(server, entry.Uid);
            if (!entry.InFlight)
                Assert.Equal(entry.Settled, found);
            else if (entry.Answered)
                Assert.True(entry.IsNew(found), $"{entry.Uid} is '{found}', but {entry.Name ?? "its deletion"} was acknowledged.");
            else
                Assert.True(entry.IsNew(found) || found == entry.Settled, $"{entry.Uid} is '{found}', neither '{entry.Settled}' nor {entry.Name ?? "gone"}.");
            unanswered += entry.InFlight && !entry.Answered ? 1 : 0;
            entry.Settle(found);
        }

        return $"{_entries.Count} jobs {prefix} ({unanswered} unanswered)";
    }

    /// <summary>UIDs of the jobs that are there.</summary>
    public IEnumerable<string> Alive => _entries.Where(e => e.Settled is not null).Select(e => e.Uid);

    private async Task DoAsync(ServerProcess server, Entry entry, string? name)
    {
        entry.Begin(name);
        if (name is null)
            await face.DeleteAsync(server, entry.Uid);
        else
            await face.PutAsync(server, entry.Uid, name, entry.Cron, create: entry.Settled is null);
        entry.Answered = true;
        var found = await face.ReadAsync(server, entry.Uid);
        Assert.True(entry.IsNew(found), $"{entry.Uid} reads '{found}' after '{name}'.");
        entry.Settle(found);
    }

    private sealed class Entry(string uid, string cron)
    {
        public string Uid => uid;

        public string Cron => cron;

        /// <summary>The job as it was last read; null when there was none.</summary>
        public string? Settled { get; private set; }

        /// <summary>A change was sent and its result not read yet.</summary>
        public bool InFlight { get; private set; }

        public bool Answered { get; set; }

        /// <summary>The name that the change gives; null when it deletes.</summary>
        public string? Name { get; private set; }

        public void Begin(string? name) => (Name, InFlight, Answered) = (name, true, false);

        public void Settle(string? found) => (Settled, InFlight) = (found, false);

        public bool IsNew(string? found) => Name is null ? found is null : found?.Contains($"\"{Name}\"", StringComparison.Ordinal) == true;
    }

    /// <summary>Job configurations over REST.</summary>
    internal sealed class Rest : IFace
    {
        private static CancellationToken Ct => TestContext.Current.CancellationToken;

        public async Task PutAsync(ServerProcess server, string uid, string name, string cron, bool create)
        {
            using var content = new StringContent(
                $$"""{"id":"{{uid}}","name":"{{name}}","jobType":"RESOURCE_TABLE","cronExpression":"{{cron}}"}""", Encoding.UTF8, "application/json");
            using var response = create
                ? await server.Http.PostAsync("/api/jobConfigurations", content, Ct)
                : await server.Http.PutAsync($"/api/jobConfigurations/{uid}", content, Ct);
            Assert.Equal(create ? HttpStatusCode.Created : HttpStatusCode.OK, response.StatusCode);
        }

        public async Task DeleteAsync(ServerProcess server, string uid)
        {
            using var response = await server.Http.DeleteAsync($"/api/jobConfigurations/{uid}", Ct);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        public async Task<string?> ReadAsync(ServerProcess server, string uid)
        {
            using var response = await server.Http.GetAsync($"/api/jobConfigurations/{uid}", Ct);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            return await response.Content.ReadAsStringAsync(Ct);
        }
    }

    /// <summary>Job configurations over gRPC.</summary>
    internal sealed class Grpc : IFace
    {
        private static CancellationToken Ct => TestContext.Current.CancellationToken;

        public async Task PutAsync(ServerProcess server, string uid, string name, string cron, bool create)
        {
            var job = new JobConfiguration { Id = uid, Name = name, JobType = JobType.ResourceTable, CronExpression = cron };
            if (create)
                await Jobs(server).CreateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Ct);
            else
                await Jobs(server).UpdateJobConfigurationAsync(new() { JobConfiguration = job }, cancellationToken: Ct);
        }

        public async Task DeleteAsync(ServerProcess server, string uid) =>
            await Jobs(server).DeleteJobConfigurationAsync(new() { Uid = uid }, cancellationToken: Ct);

        public async Task<string?> ReadAsync(ServerProcess server, string uid)
        {
            try
            {
                return (await Jobs(server).GetJobConfigurationAsync(new() { Uid = uid }, cancellationToken: Ct)).JobConfiguration.ToString();
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                return null;
            }
        }

        private static JobConfigurationService.JobConfigurationServiceClient Jobs(ServerProcess server) => new(server.Channel);
    }
}
