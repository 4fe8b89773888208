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

    /// <summary>Any JSON, stored as text.</summary>
    Json,
}

/// <summary>A scalar property of a metadata type.</summary>
/// <param name="Name">Name in JSON.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Column">Column of the type's table; null: only checked.</param>
internal sealed record Property(string Name, PropertyKind Kind, string? Column)
{
    /// <summary>An object without it is an error.</summary>
    public bool Required { get; init; }

    /// <summary>Most characters of a text. Default: no limit.</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    /// <summary>Accepted names of a choice.</summary>
    public FrozenSet<string>? Choices { get; init; }

    /// <summary>SQL literal that stands for an absent value.</summary>
    public string? Default { get; init; }
}

/// <summary>A reference, or a list of them, from objects of a type to objects of another.</summary>
/// <param name="Path">Where it is in JSON, such as <c>categoryCombo</c>, <c>categoryOptions[]</c> or
/// <c>dataSetElements[].dataElement</c>.</param>
/// <param name="Target">Collection that it refers to.</param>
internal sealed record Reference(string Path, string Target)
{
    /// <summary>Steps of <see cref="Path"/>, without the brackets.</summary>
    public string[] Steps { get; } = Path.Replace("[]", "", StringComparison.Ordinal).Split('.');

    /// <summary>Property that reports name, the first step.</summary>
    public string Association => Steps[0];

    /// <summary>An object that has none is an error.</summary>
    public bool Required { get; init; }

    /// <summary>One that leads nowhere is left out with a warning, since exports of a part of a database hold such.</summary>
    public bool Soft { get; init; }

    /// <summary>Column of the type's table that takes the target's key.</summary>
    public string? Column { get; init; }

    /// <summary>UID that stands for an absent reference.</summary>
    public string? Default { get; init; }

    /// <summary>Table that holds the members of the list.</summary>
    public Link? Link { get; init; }
}

/// <summary>A table of pairs.</summary>
/// <param name="Table">Name.</param>
/// <param name="Owner">Column with the key of the object that has the list.</param>
/// <param name="Member">Column with the key of the member.</param>
/// <param name="First">First value of <c>sort_order</c>; null: the list has no order.</param>
internal sealed record Link(string Table, string Owner, string Member, int? First = null);
