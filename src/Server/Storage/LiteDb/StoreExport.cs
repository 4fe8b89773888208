using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Progress;

namespace Dhis2Grpc.Server.Storage.LiteDb;

/// <summary>The whole store as text: gzip of one JSON object per line, readable without this server or LiteDB.</summary>
internal static class StoreExport
{
    // Runs taken into memory, and documents written, at a time.
    private const int ImportAtOnce = 4_096;

    /// <summary>Writes an export of a database that nobody has open.</summary>
    /// <exception cref="StorageException">It is damaged.</exception>
    public static void Export(string path, string exportPath, CancellationToken cancellationToken)
    {
        var (file, model, _) = LiteDbLoader.Load(path);
        using var opened = file;
        using var target = new DurableStream(exportPath);
        target.SetLength(0);
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var line in Lines(file, model))
            {
                cancellationToken.ThrowIfCancellationRequested();
                JsonSerializer.Serialize(gzip, line, ExportJson.Lines);
                gzip.WriteByte((byte)'\n');
            }
        }

        target.Sync();
    }

    /// <summary>Makes a new database of an export.</summary>
    /// <exception cref="StorageException">The export is damaged; no database is left behind.</exception>
    public static void Import(string exportPath, string path)
    {
        try
        {
            var (file, model, runs) = LiteDbLoader.Load(path);
            using var opened = file;
            using var reader = new StreamReader(
                new GZipStream(new FileStream(exportPath, FileMode.Open, FileAccess.Read), CompressionMode.Decompress), Encoding.UTF8);
            var batch = new WriteBatch();
            var complete = false;
            while (reader.ReadLine() is { } text)
            {
                var line = JsonSerializer.Deserialize(text, ExportJson.Lines) ?? throw new InvalidDataException("a line is empty");
                complete = line.End;
                Take(line, batch, model, runs);
                if (model.Recent.Count >= ImportAtOnce || batch.Count >= ImportAtOnce)
                    Write(batch, file, model, runs);
            }

            if (!complete)
                throw new InvalidDataException("its end is missing");
            Write(batch, file, model, runs);
            file.Checkpoint();
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or IOException)
        {
            File.Delete(path);
            File.Delete(LiteDbFile.LogPath(path));
            throw new StorageException($"The export {exportPath} cannot be read: {e.Message.TrimEnd('.')}. Put another in its place, or remove it.", e);
        }
    }

    private static IEnumerable<ExportLine> Lines(LiteDbFile file, StoreModel model)
    {
        foreach (var (key, value) in model.Settings)
            yield return new() { Setting = new(key, value) };
        foreach (var user in model.Users.Values)
            yield return new() { User = user };
        foreach (var job in model.Jobs.Values)
            yield return new() { Job = job.Configuration };
        foreach (var job in model.Jobs.Values.Where(j => j.HasState))
            yield return new() { State = model.StateOf(job) };
        foreach (var run in model.Running.Values)
            yield return new() { Running = Whole(file, run), Alive = run.Alive };
        foreach (var run in model.Latest.Values)
            yield return new() { Latest = Whole(file, run) };
        foreach (var run in model.Recent.Packs.SelectMany(p => RunCodec.Unpack(p.Bytes.Span)))
            yield return new() { Run = Whole(file, run) };
        foreach (var pack in model.Packs)
        {
            foreach (var run in RunCodec.Unpack(file.Find(RunPack.Collection, pack.Id)!["runs"].AsBinary))
                yield return new() { Run = Whole(file, run) };
        }

        yield return new() { End = true };
    }

    private static Scheduling.JobRun Whole(LiteDbFile file, StoredRun stored)
    {
        var progress = !stored.Progress.IsDocument ? StoredProgress.Decode(stored.Progress.Bytes)
            : file.Find(RunFiles.ProgressCollection, stored.Run.RunId) is { } document
                ? StoredProgress.DecodeDocument(document["progress"].AsBinary)
                : RunProgress.Empty;
        return stored.Run with { Progress = progress };
    }

    private static void Take(ExportLine line, WriteBatch batch, StoreModel model, RunFiles runs)
    {
        if (line.Setting is { } setting)
            Take(new SettingPut(setting.Key, setting.Value), batch, model);
        if (line.User is { } user)
            Take(new UserPut(user), batch, model);
        if (line.Job is { } job)
            Take(new JobPut(job), batch, model);
        if (line.State is { } state)
        {
            runs.Import(state, model);
            if (state.LastErrors is { } errors)
                Take(new RunErrorsPut(state.JobUid, errors), batch, model);
        }

        if (line.Running is { } running)
            model.PutRunning(Take(running, line.Alive, batch));
        if (line.Latest is { } latest)
            model.Latest[latest.Type] = Take(latest, default, batch);
        if (line.Run is { } run)
            model.Recent.Add(Take(run, default, batch));
    }

    private static void Take(Change change, WriteBatch batch, StoreModel model)
    {
        change.Stage(batch);
        change.Apply(model);
    }

    private static StoredRun Take(Scheduling.JobRun run, DateTimeOffset? alive, WriteBatch batch)
    {
        var stored = new StoredRun(run, alive ?? run.Finished ?? run.Started, StoredProgress.Encode(run.Progress)).WithoutTree();
        if (!stored.Progress.IsDocument)
            return stored;
        RunFiles.PutProgress(batch, stored);
        return stored.WithoutBytes();
    }

    private static void Write(WriteBatch batch, LiteDbFile file, StoreModel model, RunFiles runs)
    {
        if (!batch.IsEmpty)
            file.Commit(batch.WriteTo);
        batch.Clear();
        model.Packs.AddRange(runs.Fold(file, model));
        model.Recent.Clear();
    }
}
