namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>The rows that one push is about, fixed when it begins: what changes later is the next one's.</summary>
internal sealed record PushWindow
{
    /// <summary>The server it goes to.</summary>
    public required string Remote { get; init; }

    /// <summary>When it began; becomes the time of the last success.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The last success when it began; when an administrator sets another, the push begins anew.</summary>
    public required DateTimeOffset LastSuccess { get; init; }

    /// <summary>Rows that others changed since; <see cref="LastSuccess"/> when null.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>An administrator wants all rows since that time, also those that were sent, and those that came from the receiver.</summary>
    public bool Again { get; init; }

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

    /// <summary>What is left to send: what failed first, then the rest.</summary>
    public IEnumerable<KeyRange> Left => Failed.Append(new(Position, null));

    /// <summary>The window with a page of one of its ranges behind it. A page that failed stays in it as a range of its own; the others
    /// move the position, or the beginning of the range that had failed.</summary>
    public PushWindow Past(KeyRange range, KeyRange page, bool failed)
    {
        var ranges = Failed.ToList();
        if (failed)
            ranges.Add(page);
        if (range.IsOpen)
            return this with { Position = page.UpTo, Failed = ranges };
        if (ranges.IndexOf(range) is >= 0 and var at)
            ranges[at] = range with { After = page.UpTo };
        return this with { Failed = ranges };
    }

    /// <summary>The window without a range that had failed, and is accounted for.</summary>
    public PushWindow Without(KeyRange range) => this with { Failed = [.. Failed.Where(r => !r.Equals(range))] };
}

/// <summary>Rows from behind a key up to another one; null is an open end.</summary>
/// <param name="After">Key before the first row.</param>
/// <param name="UpTo">Key of the last row.</param>
internal sealed record KeyRange(long[]? After, long[]? UpTo)
{
    /// <summary>It has no end.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOpen => UpTo is null;

    /// <inheritdoc/>
    public bool Equals(KeyRange? other) => other is not null && Same(After, other.After) && Same(UpTo, other.UpTo);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(After?[0], UpTo?[0]);

    private static bool Same(long[]? one, long[]? other) => one is null || other is null ? one == other : one.AsSpan().SequenceEqual(other);
}
