using CsCheck;
using Dhis2Grpc.Server.Scheduling;
using JobConfiguration = Dhis2Grpc.Server.Scheduling.JobConfiguration;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Tests.Scheduling;

public sealed class DueHeapTests
{
    [Fact]
    public void Gives_the_earliest_first_whatever_is_added_and_removed() => Gen.Select(Gen.Int[0, 9], Gen.Int[0, 20]).Array.Sample(steps =>
    {
        var heap = new DueHeap();
        var model = new List<ScheduledJob>();
        foreach (var (action, value) in steps)
        {
            if (action < 6)
            {
                var job = Job(value, model.Count);
                model.Add(job);
                heap.Add(job);
            }
            else if (model.Count > 0)
            {
                var job = action == 6 ? heap.First! : model[value % model.Count];
                model.Remove(job);
                heap.Remove(job);
                if (job.Heap is not null)
                    return false;
            }

            if (heap.Count != model.Count || heap.First?.Due != model.Min(j => (DateTimeOffset?)j.Due))
                return false;
        }

        while (heap.First is { } first)
        {
            if (first.Due != model.Min(j => j.Due))
                return false;
            heap.Remove(first);
            model.Remove(first);
        }

        return model.Count == 0;
    });

    [Fact]
    public void Among_equals_the_older_job_goes_first()
    {
        var heap = new DueHeap();
        var (young, old) = (Job(5, 20), Job(5, 10));
        heap.Add(young);
        heap.Add(old);

        Assert.Same(old, heap.First);
    }

    private static ScheduledJob Job(int due, int created) => new(
        new JobConfiguration
        {
            Uid = "aB3dEfGhIj1",
            Name = "J",
            Type = JobType.Test,
            Created = DateTimeOffset.UnixEpoch.AddSeconds(created),
            LastUpdated = DateTimeOffset.UnixEpoch,
        },
        JobSchedule.Never(NotDue.NoSchedule),
        new ScheduleHistory { Since = DateTimeOffset.UnixEpoch })
    {
        Due = DateTimeOffset.UnixEpoch.AddSeconds(due),
    };
}
