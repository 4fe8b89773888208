using Dhis2Grpc.Server.Storage.LiteDb;
using Microsoft.Extensions.Logging.Abstractions;

namespace StoreConformance.LiteDb;

/// <summary>A data directory with the LiteDB file.</summary>
public sealed class LiteDbPlace : StorePlace
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("dhis2-store-").FullName;

    public string DataFile => Path.Combine(Directory, LiteDbFile.FileName);

    internal LiteDbStore OpenStore() => LiteDbStore.Open(Directory, TimeProvider.System, NullLogger.Instance);

    internal override ValueTask<StoreSession> OpenAsync()
    {
        var store = OpenStore();
        return new(new StoreSession(
            new LiteDbJobStore(store),
            new LiteDbUserStore(store),
            new LiteDbSettingStore(store),
            () =>
            {
                store.Dispose();
                return ValueTask.CompletedTask;
            }));
    }

    public override ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }
}
