using System.Text.Json;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>How far the push of a kind has come; survives everything that happens to the process.</summary>
internal sealed record PushState
{
    /// <summary>Number of the last write whose rows are all accounted for.</summary>
    public long Pushed { get; init; }

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

/// <summary>The rows that one push is about, fixed when it begins: what changes later is the next one's.</summary>
internal sealed record PushWindow
{
    /// <summary>The server it goes to.</summary>
    public required string Remote { get; init; }

    /// <summary>When it began; becomes the time of the last success.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The last success when it began; when an administrator sets another, the push begins anew.</summary>
    public required DateTimeOffset LastSuccess { get; init; }

    /// <summary>Rows changed before are left out.</summary>
    public required DateTimeOffset SkipBefore { get; init; }

    /// <summary>Rows of later writes than this one.</summary>
    public required long After { get; init; }

    /// <summary>Rows of writes up to this one.</summary>
    public required long UpTo { get; init; }

    /// <summary>Key of the last row that was sent and is accounted for, or failed; null at the beginning.</summary>
    public long[]? Position { get; init; }

    /// <summary>What before it failed.</summary>
    public IReadOnlyList<KeyRange> Failed { get; init; } = [];
}

/// <summary>Rows from behind a key up to another one; null is an open end.</summary>
/// <param name="After">Key before the first row.</param>
/// <param name="UpTo">Key of the last row.</param>
internal sealed record KeyRange(long[]? After, long[]? UpTo);
