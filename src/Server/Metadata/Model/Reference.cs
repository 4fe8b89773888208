namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>A reference, or a list of them, from objects of a type to objects of another.</summary>
/// <param name="Path">Where it is in JSON, such as <c>categoryCombo</c>, <c>categoryOptions[]</c> or
/// <c>dataSetElements[].dataElement</c>.</param>
/// <param name="Target">Collection that it refers to.</param>
internal sealed record Reference(string Path, string Target)
{
    /// <summary>Steps of <see cref="Path"/>, and whether each is a list.</summary>
    public IReadOnlyList<(string Name, bool IsList)> Steps { get; } =
        [.. Path.Split('.').Select(s => s.EndsWith("[]", StringComparison.Ordinal) ? (s[..^2], true) : (s, false))];

    /// <summary>Property that reports name, the first step.</summary>
    public string Association => Steps[0].Name;

    /// <summary>It is a list, or inside of one.</summary>
    public bool IsInList => Steps.Any(s => s.IsList);

    /// <summary>It is a list of nothing but references.</summary>
    public bool IsPlainList => Steps.Count == 1 && Steps[0].IsList;

    /// <summary>An object that has none is an error.</summary>
    public bool Required { get; init; }

    /// <summary>One that leads nowhere is left out with a warning, since exports of a part of a database hold such.</summary>
    public bool Soft { get; init; }

    /// <summary>Though in a list, its target cannot be deleted.</summary>
    public bool Blocks { get; init; }

    /// <summary>The object belongs to what it refers to: it is deleted, and exported as a dependency, with it.</summary>
    public bool Owned { get; init; }

    /// <summary>Column of the type's table that takes the target's key.</summary>
    public string? Column { get; init; }

    /// <summary>Column of the target's table that takes the key of the object with the list, where the target does not say itself.</summary>
    public string? Inverse { get; init; }

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
