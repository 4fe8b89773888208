using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dhis2.Scheduling.V1;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Scheduling;

/// <summary>Traces and metrics of the server, under one name.</summary>
internal sealed class Telemetry : IDisposable
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Dhis2Grpc";

    private readonly ActivitySource _source = new(Name);
    private readonly Meter _meter;
    private readonly Counter<long> _started;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _lateness;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _skipped;

    /// <summary>Creates the instruments.</summary>
    public Telemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _started = _meter.CreateCounter<long>("dhis2.job.run.started", "{run}", "Runs that started");
        _duration = _meter.CreateHistogram<double>("dhis2.job.run.duration", "s", "Duration of runs that ended, by outcome");
        _lateness = _meter.CreateHistogram<double>("dhis2.job.run.lateness", "s", "Time from when a run was due to its start");
        _active = _meter.CreateUpDownCounter<long>("dhis2.job.run.active", "{run}", "Runs in progress");
        _skipped = _meter.CreateCounter<long>("dhis2.job.occurrence.skipped", "{occurrence}", "Occurrences that did not run");
    }

    /// <summary>A run starts.</summary>
    /// <returns>The trace of the run, to be disposed at its end; null when nobody traces.</returns>
    public Activity? RunStarted(JobRun run)
    {
        if (_started.Enabled)
            _started.Add(1, Type(run.Type), new("dhis2.job.trigger", run.Trigger.ToString()));
        if (_active.Enabled)
            _active.Add(1, Type(run.Type));
        if (_lateness.Enabled && run.Scheduled is { } scheduled)
            _lateness.Record(Math.Max(0, (run.Started - scheduled).TotalSeconds), Type(run.Type));
        var activity = _source.StartActivity("dhis2.job.run", ActivityKind.Internal);
        activity?.SetTag("dhis2.job.type", run.Type.ToString());
        activity?.SetTag("dhis2.job.id", run.JobUid);
        activity?.SetTag("dhis2.job.run.id", run.RunId);
        return activity;
    }

    /// <summary>A run ended.</summary>
    public void RunEnded(JobType type, JobRunOutcome outcome, string? error, TimeSpan duration, Activity? activity)
    {
        if (_active.Enabled)
            _active.Add(-1, Type(type));
        if (_duration.Enabled)
            _duration.Record(duration.TotalSeconds, Type(type), new("dhis2.job.outcome", outcome.ToString()));
        activity?.SetTag("dhis2.job.outcome", outcome.ToString());
        activity?.SetStatus(outcome == JobRunOutcome.Failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok, error);
    }

    /// <summary>Occurrences were skipped.</summary>
    public void Skipped(JobType type, long count)
    {
        if (_skipped.Enabled)
            _skipped.Add(count, Type(type));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
    }

    private static KeyValuePair<string, object?> Type(JobType type) => new("dhis2.job.type", type.ToString());
}
