namespace Dhis2Grpc.Server.Queries;

/// <summary>A part of a list.</summary>
/// <param name="Offset">Position of the first object, from 0.</param>
/// <param name="Count">At most so many.</param>
internal readonly record struct Window(int Offset, int Count)
{
    /// <summary>What of it lies in a list of that length.</summary>
    public Window Within(int length) => new(Math.Min(Offset, length), Math.Max(0, Math.Min(Count, length - Offset)));
}

/// <summary>Cuts lists.</summary>
internal static class Windows
{
    /// <summary>The part of a list.</summary>
    public static T[] Slice<T>(this IReadOnlyList<T> items, Window window)
    {
        var (offset, count) = window.Within(items.Count);
        var slice = new T[count];
        for (var i = 0; i < slice.Length; i++)
            slice[i] = items[offset + i];
        return slice;
    }
}
