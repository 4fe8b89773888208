using System.Text.Json;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>How far the push of a kind has come; survives everything that happens to the process.</summary>
internal sealed record PushState
{
    /// <summary>Number of the last write whose rows are all accounted for.</summary>
    public long Pushed { get; init; }

    /// <summary>When the last push began of which every row was accounted for; what it refused may be open still.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The time of the last success as pushes left it; an administrator has set another when it differs.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    /// <summary>The push that has begun and not come to its end.</summary>
    public PushWindow? Window { get; init; }

    /// <summary>Reads the state of a kind.</summary>
    public static async ValueTask<PushState> LoadAsync(ISettingStore store, PushKind kind, CancellationToken cancellationToken) =>
        await store.GetAsync(Key(kind), cancellationToken) is { } text ? JsonSerializer.Deserialize<PushState>(text)! : new();

    /// <summary>What to store.</summary>
    public KeyValuePair<string, string?> ToSetting(PushKind kind) => new(Key(kind), JsonSerializer.Serialize(this));

    // Not a key of DHIS2, and so not served as a setting.
    private static string Key(PushKind kind) => $"pushState.{kind.Array}";
}
