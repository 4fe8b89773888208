using System.Collections.Frozen;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>What a scalar property holds.</summary>
internal enum PropertyKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>true or false, also as text.</summary>
    Boolean,

    /// <summary>A 32-bit integer, also as text.</summary>
    Integer,

    /// <summary>A number, also as text.</summary>
    Number,

    /// <summary>A day, with or without a time that does not count.</summary>
    Date,

    /// <summary>One of some names.</summary>
    Choice,

    /// <summary>Name of a period type.</summary>
    PeriodType,

    /// <summary>Identifier of a period, such as <c>202401</c>.</summary>
    Period,

    /// <summary>A time.</summary>
    Time,

    /// <summary>Any JSON, stored as text.</summary>
    Json,
}

/// <summary>A scalar property of a metadata type.</summary>
/// <param name="Name">Name in JSON, or a path to it such as <c>period.id</c>; of a part's items also empty: the item itself.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Column">Column of the type's table; null: only checked.</param>
internal sealed record Property(string Name, PropertyKind Kind, string? Column)
{
    /// <summary>An object without it is an error.</summary>
    public bool Required { get; init; }

    /// <summary>Most characters of a text. Default: no limit.</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    /// <summary>What a text must look like.</summary>
    public TextFormat Format { get; init; }

    /// <summary>Accepted names of a choice.</summary>
    public FrozenSet<string>? Choices { get; init; }

    /// <summary>SQL literal that stands for an absent value.</summary>
    public string? Default { get; init; }

    /// <summary>Path that older releases have the value under.</summary>
    public string? Older { get; init; }
}

/// <summary>What a text must look like.</summary>
internal enum TextFormat
{
    /// <summary>Anything.</summary>
    Any,

    /// <summary>An email address.</summary>
    Email,

    /// <summary>A URL of http or https.</summary>
    Url,

    /// <summary>A color in hexadecimal, such as #FFC300.</summary>
    Color,
}
