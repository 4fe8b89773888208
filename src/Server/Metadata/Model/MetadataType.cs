namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>A type of metadata objects.</summary>
/// <param name="Collection">Name of its collection in documents, such as <c>dataElements</c>.</param>
/// <param name="Class">Java class as DHIS2 names it; part of the contract of import reports.</param>
/// <param name="Rank">Place in imports and exports: what others refer to comes first.</param>
internal sealed record MetadataType(string Collection, string Class, int Rank)
{
    /// <summary>Table that the objects are projected to; null: they are kept as JSON only.</summary>
    public string? Table { get; init; }

    /// <summary>Key column of <see cref="Table"/>.</summary>
    public string? Key { get; init; }

    /// <summary>Whether <see cref="Table"/> has a column for names. Default: true.</summary>
    public bool HasName { get; init; } = true;

    /// <summary>Whether the objects need a name.</summary>
    public bool NameRequired { get; init; }

    /// <summary>Most characters of a code. Default: 50, as in DHIS2's tables; types without tables have no limit.</summary>
    public int CodeLength { get; init; } = 50;

    /// <summary>Scalar properties that are checked and projected, apart from id, code, name, created and lastUpdated.</summary>
    public IReadOnlyList<Property> Properties { get; init; } = [];

    /// <summary>References that are checked and projected, apart from those inside <see cref="Parts"/>.</summary>
    public IReadOnlyList<Reference> References { get; init; } = [];

    /// <summary>What is nested in the objects and has rows of its own.</summary>
    public IReadOnlyList<Part> Parts { get; init; } = [];

    /// <summary>All references, those of <see cref="Parts"/> too.</summary>
    public IReadOnlyList<Reference> AllReferences => field ??= [.. References, .. Parts.SelectMany(p => p.References.Select(p.ReferenceOf))];

    /// <summary>Properties of which no two objects may have the same value: of code, name and shortName.</summary>
    public IReadOnlyList<string> Unique { get; init; } = [];

    /// <summary>UID of the object that every database has under the name "default"; null: there is none.</summary>
    public string? DefaultUid { get; init; }

    /// <summary>Class without its package, as error texts name it.</summary>
    public string ShortClass => Class[(Class.LastIndexOf('.') + 1)..];
}
