namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>What is nested in objects of a type and has rows of its own: the items of a list, or one nested object. Its rows are
/// replaced with the object.</summary>
/// <param name="Path">Where it is in JSON, such as <c>legends[]</c> or <c>leftSide</c>.</param>
/// <param name="Table">Table of the rows.</param>
internal sealed record Part(string Path, string Table)
{
    /// <summary>Member of the object that holds it.</summary>
    public string Member { get; } = Path.Replace("[]", "", StringComparison.Ordinal);

    /// <summary>It is a list.</summary>
    public bool IsList { get; } = Path.EndsWith("[]", StringComparison.Ordinal);

    /// <summary>Key column; null: the rows have no key.</summary>
    public string? Key { get; init; }

    /// <summary>Column with the key of the object; null: <see cref="Link"/> or <see cref="OwnerColumn"/> lead to the rows.</summary>
    public string? Owner { get; init; }

    /// <summary>Column of the object's table that holds the key of its one row.</summary>
    public string? OwnerColumn { get; init; }

    /// <summary>Table between the object and its rows.</summary>
    public Link? Link { get; init; }

    /// <summary>First value of <c>sort_order</c>; null: the table has no order.</summary>
    public int? First { get; init; }

    /// <summary>An object without it is an error.</summary>
    public bool Required { get; init; }

    /// <summary>Scalar properties of an item.</summary>
    public IReadOnlyList<Property> Properties { get; init; } = [];

    /// <summary>References of an item.</summary>
    public IReadOnlyList<PartReference> References { get; init; } = [];

    /// <summary>Collection in which documents may have the same items as objects of their own.</summary>
    public string? Collection { get; init; }

    /// <summary>Member by which these name the object.</summary>
    public string? CollectionOwner { get; init; }

    /// <summary>An item's reference as one of the object.</summary>
    public Reference ReferenceOf(PartReference reference) =>
        new(reference.Name.Length == 0 ? Path : $"{Path}.{reference.Name}", reference.Target) { Soft = reference.Soft, Blocks = reference.Blocks };
}

/// <summary>A reference of an item.</summary>
/// <param name="Name">Where it is in the item, such as <c>dataElement</c>; empty: the item itself.</param>
/// <param name="Target">Collection that it refers to.</param>
/// <param name="Column">Column that takes the target's key.</param>
internal sealed record PartReference(string Name, string Target, string Column)
{
    /// <summary>An item whose reference leads nowhere has no row.</summary>
    public bool Required { get; init; }

    /// <summary>Of several items with the same target the first has a row.</summary>
    public bool Unique { get; init; }

    /// <summary>One that leads nowhere is left out with a warning.</summary>
    public bool Soft { get; init; }

    /// <summary>Its target cannot be deleted; otherwise the item is taken out of the list.</summary>
    public bool Blocks { get; init; }
}
