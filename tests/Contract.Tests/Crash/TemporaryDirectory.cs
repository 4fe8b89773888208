namespace Contract.Tests.Crash;

/// <summary>A data directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("dhis2-crash-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
