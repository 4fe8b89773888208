using System.Globalization;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Queries;

/// <summary>Which part of a list is wanted: by number as DHIS2 does, or by token.</summary>
internal readonly record struct Page
{
    /// <summary>Objects per page unless asked otherwise.</summary>
    public const int DefaultSize = 50;

    /// <summary>Most objects per page.</summary>
    public const int MaxSize = 10_000;

    private Page(int number, int size, int total)
    {
        Size = size;
        Total = total;
        Count = Math.Max(1, (total + size - 1) / size);
        Number = Math.Clamp(number, 1, Count);
    }

    /// <summary>Number, from 1.</summary>
    public int Number { get; }

    /// <summary>Objects per page.</summary>
    public int Size { get; }

    /// <summary>Objects in the whole list.</summary>
    public int Total { get; }

    /// <summary>Pages in the whole list, at least 1.</summary>
    public int Count { get; }

    /// <summary>Position of the first object, from 0.</summary>
    public int Offset => (Number - 1) * Size;

    /// <summary>Token of the next page; empty on the last.</summary>
    public string NextToken => Number < Count
        ? string.Create(CultureInfo.InvariantCulture, $"{Number + 1}.{Size}")
        : "";

    /// <summary>Where it stands.</summary>
    public Pager Pager => new() { Page = Number, PageSize = Size, Total = Total, PageCount = Count };

    /// <summary>The page of a list of so many objects. Numbers that make no sense take the default, a token that does
    /// not is an error.</summary>
    public static Page Of(int? number, int? size, string token, int total)
    {
        if (token.Length == 0)
            return new(number ?? 1, Limit(size), total);
        var parts = token.Split('.');
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var page)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var tokenSize)
            || page < 1
            || tokenSize is < 1 or > MaxSize)
            throw new Dhis2Exception(ErrorKind.InvalidArgument, "The page_token is not one that this server gave.", "E1003");
        return new(page, tokenSize, total);
    }

    private static int Limit(int? size) => size is null or < 1 ? DefaultSize : Math.Min(size.Value, MaxSize);
}
