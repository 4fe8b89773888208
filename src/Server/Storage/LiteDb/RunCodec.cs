using Dhis2Grpc.Server.Scheduling;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Runs and states as packed bytes, many to a document: thousands of runs per second cost too much as a
/// document each. Times are UTC ticks, 0 when absent; the first byte of every block is the version of the layout.</summary>
internal static class RunCodec
{
    private const byte Version = 2;

    /// <summary>Starts a block.</summary>
    public static PackedWriter Begin(int capacity = 256)
    {
        var block = new PackedWriter(capacity);
        block.Write(Version);
        return block;
    }

    /// <summary>Opens a block.</summary>
    /// <exception cref="InvalidDataException">Another version of the server wrote it.</exception>
    public static PackedReader Open(ReadOnlySpan<byte> block)
    {
        var reader = new PackedReader(block);
        if (reader.ReadByte() is var version && version != Version)
            throw new InvalidDataException($"a block of runs has the unknown version {version}");
        return reader;
    }

    /// <summary>Packs runs into a block.</summary>
    public static byte[] Pack(IEnumerable<StoredRun> runs)
    {
        var block = Begin();
        foreach (var run in runs)
            Write(block, run);
        return block.Span.ToArray();
    }

    /// <summary>Unpacks a block of runs.</summary>
    public static List<StoredRun> Unpack(ReadOnlySpan<byte> block)
    {
        var reader = Open(block);
        var runs = new List<StoredRun>();
        while (!reader.AtEnd)
            runs.Add(ReadRun(ref reader));
        return runs;
    }

    /// <summary>Writes a run.</summary>
    public static void Write(PackedWriter writer, StoredRun stored)
    {
        var run = stored.Claim;
        writer.Write(run.RunId);
        writer.Write(run.JobUid);
        writer.Write(run.JobName);
        writer.WriteShort((uint)run.Type);
        writer.Write((byte)run.Trigger);
        writer.Write((byte)(stored.Outcome ?? 0));
        Write(writer, run.Scheduled);
        writer.Write(run.Started.UtcTicks);
        Write(writer, stored.Finished);
        Write(writer, run.CancelRequested);
        writer.Write(stored.Alive.UtcTicks);
        writer.Write(run.LeaseUntil.UtcTicks);
        WriteError(writer, stored.Error);
        writer.Write(run.UserUid);
        writer.Write(run.Owner);
        Write(writer, stored.Progress);
    }

    /// <summary>Writes how a run ended that was written before.</summary>
    public static void WriteEnd(PackedWriter writer, StoredRun ended)
    {
        writer.Write(ended.Claim.RunId);
        writer.Write((byte)ended.Outcome!.Value);
        Write(writer, ended.Finished);
        WriteError(writer, ended.Error);
        Write(writer, ended.Progress);
    }

    /// <summary>Reads how a run ended.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="find">Finds the run as it was written before.</param>
    public static StoredRun ReadEnd(ref PackedReader reader, Func<string, StoredRun?> find)
    {
        var runId = reader.ReadText()!;
        var outcome = (JobRunOutcome)reader.ReadByte();
        var finished = ReadTime(ref reader) ?? default;
        var error = reader.ReadText();
        var progress = ReadProgress(ref reader);
        var claimed = find(runId) ?? throw new InvalidDataException($"a block of runs has the end of the unknown run {runId}");
        return claimed.End(outcome, error, finished, progress);
    }

    /// <summary>Reads a run.</summary>
    public static StoredRun ReadRun(ref PackedReader reader)
    {
        var (runId, jobUid, jobName) = (reader.ReadText()!, reader.ReadText()!, reader.ReadText()!);
        var (type, trigger, outcome) = ((JobType)reader.ReadShort(), (JobRunTrigger)reader.ReadByte(), reader.ReadByte());
        var (scheduled, started) = (ReadTime(ref reader), ReadTime(ref reader) ?? default);
        var (finished, cancelRequested) = (ReadTime(ref reader), ReadTime(ref reader));
        var alive = ReadTime(ref reader) ?? default;
        var run = new JobRun
        {
            RunId = runId,
            JobUid = jobUid,
            JobName = jobName,
            Type = type,
            Trigger = trigger,
            Outcome = outcome != 0 ? (JobRunOutcome)outcome : null,
            Scheduled = scheduled,
            Started = started,
            Finished = finished,
            CancelRequested = cancelRequested,
            LeaseUntil = ReadTime(ref reader) ?? default,
            Error = reader.ReadText(),
            UserUid = reader.ReadText(),
            Owner = reader.ReadText()!,
        };
        return new(run, alive, ReadProgress(ref reader));
    }

    /// <summary>Writes a state.</summary>
    public static void WriteState(
        PackedWriter writer, string jobUid, string? runningRunId, long executed, long finished, long alive, JobRunOutcome? outcome, long occurrence)
    {
        writer.Write(jobUid);
        writer.Write(runningRunId);
        writer.Write(executed);
        writer.Write(finished);
        writer.Write(alive);
        writer.Write((byte)(outcome ?? 0));
        writer.Write(occurrence);
    }

    /// <summary>Reads a state.</summary>
    public static JobState ReadState(ref PackedReader reader) => new()
    {
        JobUid = reader.ReadText()!,
        RunningRunId = reader.ReadText(),
        LastExecuted = ReadTime(ref reader),
        LastFinished = ReadTime(ref reader),
        LastAlive = ReadTime(ref reader),
        LastOutcome = reader.ReadByte() is var outcome and not 0 ? (JobRunOutcome)outcome : null,
        LastOccurrence = ReadTime(ref reader),
    };

    private static void WriteError(PackedWriter writer, string? error) =>
        writer.Write(error is { Length: > StoredRun.MaxError } ? error[..StoredRun.MaxError] : error);

    private static void Write(PackedWriter writer, StoredProgress progress)
    {
        writer.Write((byte)(progress.IsDocument ? 1 : 0));
        writer.WriteBlock(progress.IsDocument ? [] : progress.Bytes);
    }

    private static StoredProgress ReadProgress(ref PackedReader reader)
    {
        var isDocument = reader.ReadByte() != 0;
        var inline = reader.ReadBlock();
        return isDocument ? new([], true) : new(inline, false);
    }

    private static void Write(PackedWriter writer, DateTimeOffset? time) => writer.Write(time is { } known ? known.UtcTicks : 0L);

    private static DateTimeOffset? ReadTime(ref PackedReader reader) =>
        reader.ReadInt64() is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
}
