using Dhis2Grpc.Server.Scheduling;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>A configuration and the state of its job. The state is kept as plain numbers: it changes twice with every
/// run, and is asked for rarely.</summary>
internal sealed class StoredJob(JobConfiguration configuration)
{
    private JobConfiguration _configuration = configuration;
    private JobRecord? _record;
    private string? _runningRunId;
    private long _executed;
    private long _finished;
    private long _alive;
    private long _occurrence;
    private JobRunOutcome? _outcome;

    /// <summary>The configuration, as last changed.</summary>
    public JobConfiguration Configuration
    {
        get => _configuration;
        set => (_configuration, _record) = (value, null);
    }

    /// <summary>Both, for lists; made once until one of them changes.</summary>
    public JobRecord Record => _record ??= new(_configuration, State);

    /// <summary>Whether the job ever ran, or was skipped.</summary>
    public bool HasState { get; private set; }

    /// <summary>The state; null when the job never ran, nor was skipped.</summary>
    public JobState? State => !HasState ? null : new()
    {
        JobUid = Configuration.Uid,
        RunningRunId = _runningRunId,
        LastExecuted = Time(_executed),
        LastFinished = Time(_finished),
        LastAlive = Time(_alive),
        LastOutcome = _outcome,
        LastOccurrence = Time(_occurrence),
    };

    /// <summary>Writes the state; there must be one.</summary>
    public void WriteState(PackedWriter writer) =>
        RunCodec.WriteState(writer, _configuration.Uid, _runningRunId, _executed, _finished, _alive, _outcome, _occurrence);

    /// <summary>Takes in a state; null forgets it.</summary>
    public void Restore(JobState? state)
    {
        _record = null;
        HasState = state is not null;
        _runningRunId = state?.RunningRunId;
        _executed = Ticks(state?.LastExecuted);
        _finished = Ticks(state?.LastFinished);
        _alive = Ticks(state?.LastAlive);
        _occurrence = Ticks(state?.LastOccurrence);
        _outcome = state?.LastOutcome;
    }

    /// <summary>Takes in the news of a run.</summary>
    public void Settle(StoredRun stored)
    {
        var run = stored.Claim;
        _record = null;
        HasState = true;
        _occurrence = Math.Max(_occurrence, Ticks(run.Scheduled));
        if (stored.Outcome == JobRunOutcome.Skipped)
        {
            // A queue that passed a job over leaves a mark; a missed occurrence of its schedule leaves none.
            if (run.Trigger == JobRunTrigger.Queue)
                _outcome = JobRunOutcome.Skipped;
            return;
        }

        _executed = run.Started.UtcTicks;
        if (stored.Outcome is { } outcome)
        {
            _runningRunId = null;
            _finished = Ticks(stored.Finished);
            _alive = 0;
            _outcome = outcome;
        }
        else
        {
            _runningRunId = run.RunId;
            _alive = stored.Alive.UtcTicks;
        }
    }

    private static DateTimeOffset? Time(long ticks) => ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);

    private static long Ticks(DateTimeOffset? time) => time is { } known ? known.UtcTicks : 0;
}
