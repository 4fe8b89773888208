using Dhis2Grpc.Server.Scheduling;
using JobType = Dhis2.Scheduling.V1.JobType;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>Runs and states as packed bytes, many to a document: thousands of runs per second cost too much as a
/// document each. Times are UTC ticks, 0 when absent; the first byte of every block is the version of the layout.</summary>
internal static class RunCodec
{
    private const byte Version = 1;

    /// <summary>Starts a block.</summary>
    public static BinaryWriter Begin(Stream block)
    {
        var writer = new BinaryWriter(block);
        writer.Write(Version);
        return writer;
    }

    /// <summary>Opens a block.</summary>
    /// <exception cref="InvalidDataException">A newer server wrote it.</exception>
    public static BinaryReader Open(byte[] block)
    {
        var reader = new BinaryReader(new MemoryStream(block, writable: false));
        if (reader.ReadByte() is var version && version != Version)
            throw new InvalidDataException($"a block of runs has the unknown version {version}");
        return reader;
    }

    /// <summary>Packs runs into a block.</summary>
    public static byte[] Pack(IEnumerable<StoredRun> runs)
    {
        using var block = new MemoryStream();
        using var writer = Begin(block);
        foreach (var run in runs)
            Write(writer, run);
        return block.ToArray();
    }

    /// <summary>Unpacks a block of runs.</summary>
    public static List<StoredRun> Unpack(byte[] block)
    {
        using var reader = Open(block);
        var runs = new List<StoredRun>();
        while (!AtEnd(reader))
            runs.Add(ReadRun(reader));
        return runs;
    }

    /// <summary>Whether all of a block is read.</summary>
    public static bool AtEnd(BinaryReader reader) => reader.BaseStream.Position == reader.BaseStream.Length;

    /// <summary>Writes a run.</summary>
    public static void Write(BinaryWriter writer, StoredRun stored)
    {
        var run = stored.Run;
        writer.Write(run.RunId);
        writer.Write(run.JobUid);
        writer.Write(run.JobName);
        writer.Write7BitEncodedInt((int)run.Type);
        writer.Write((byte)run.Trigger);
        writer.Write((byte)(run.Outcome ?? 0));
        Write(writer, run.Scheduled);
        Write(writer, run.Started);
        Write(writer, run.Finished);
        Write(writer, run.CancelRequested);
        Write(writer, stored.Alive);
        Write(writer, run.LeaseUntil);
        Write(writer, run.Error is { Length: > StoredRun.MaxError } error ? error[..StoredRun.MaxError] : run.Error);
        Write(writer, run.UserUid);
        writer.Write(run.Owner);
        writer.Write(stored.Progress.IsDocument);
        var inline = stored.Progress.IsDocument ? [] : stored.Progress.Bytes;
        writer.Write7BitEncodedInt(inline.Length);
        writer.Write(inline);
    }

    /// <summary>Reads a run.</summary>
    public static StoredRun ReadRun(BinaryReader reader)
    {
        var run = new JobRun
        {
            RunId = reader.ReadString(),
            JobUid = reader.ReadString(),
            JobName = reader.ReadString(),
            Type = (JobType)reader.Read7BitEncodedInt(),
            Trigger = (JobRunTrigger)reader.ReadByte(),
            Outcome = reader.ReadByte() is var outcome and not 0 ? (JobRunOutcome)outcome : null,
            Scheduled = ReadTime(reader),
            Started = ReadTime(reader) ?? default,
            Finished = ReadTime(reader),
            CancelRequested = ReadTime(reader),
            Owner = "",
        };
        var alive = ReadTime(reader) ?? default;
        run = run with
        {
            LeaseUntil = ReadTime(reader) ?? default,
            Error = ReadText(reader),
            UserUid = ReadText(reader),
            Owner = reader.ReadString(),
        };
        var isDocument = reader.ReadBoolean();
        var inline = reader.ReadBytes(reader.Read7BitEncodedInt());
        return new(run, alive, isDocument ? new([], true) : new(inline, false));
    }

    /// <summary>Writes a state.</summary>
    public static void Write(BinaryWriter writer, JobState state)
    {
        writer.Write(state.JobUid);
        Write(writer, state.RunningRunId);
        Write(writer, state.LastExecuted);
        Write(writer, state.LastFinished);
        Write(writer, state.LastAlive);
        writer.Write((byte)(state.LastOutcome ?? 0));
        Write(writer, state.LastOccurrence);
    }

    /// <summary>Reads a state.</summary>
    public static JobState ReadState(BinaryReader reader) => new()
    {
        JobUid = reader.ReadString(),
        RunningRunId = ReadText(reader),
        LastExecuted = ReadTime(reader),
        LastFinished = ReadTime(reader),
        LastAlive = ReadTime(reader),
        LastOutcome = reader.ReadByte() is var outcome and not 0 ? (JobRunOutcome)outcome : null,
        LastOccurrence = ReadTime(reader),
    };

    private static void Write(BinaryWriter writer, DateTimeOffset? time) => writer.Write(time?.UtcTicks ?? 0);

    private static DateTimeOffset? ReadTime(BinaryReader reader) =>
        reader.ReadInt64() is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    private static void Write(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    private static string? ReadText(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;
}
