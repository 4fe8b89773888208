using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Metadata;

/// <summary>What to export of the stored metadata, and how.</summary>
internal sealed record MetadataExportOptions
{
    /// <summary>Types to export. Default: all.</summary>
    public IReadOnlyList<ExportedType> Types { get; init; } = [];

    /// <summary>What is asked of types that say nothing themselves; null: all their objects.</summary>
    public MetadataQuery? Query { get; init; }

    /// <summary>Without the members that tell who may see and change objects. Default: false.</summary>
    public bool SkipSharing { get; init; }

    /// <summary>Without the category objects named "default", and without references to them. Default: false.</summary>
    public bool ExcludeDefaults { get; init; }

    /// <summary>Collections that are passed over, such as <c>jobConfigurations</c>. Default: none.</summary>
    public IReadOnlySet<string> SkipTypes { get; init; } = new HashSet<string>();

    /// <summary>Only objects that are not as the last version that was made here found them. Default: false.</summary>
    public bool Unversioned { get; init; }

    /// <summary>The system that the document tells it is from; null: it tells its date only.</summary>
    public ExportingSystem? System { get; init; }

    /// <summary>Only this object and what is needed to import it elsewhere; null: no such limit.</summary>
    public (string Collection, string Uid)? Root { get; init; }
}

/// <summary>The system that exports.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Revision">Revision of its program.</param>
/// <param name="Version">DHIS2 version, such as 2.40.0.</param>
internal sealed record ExportingSystem(string Id, string Revision, string Version);

/// <summary>A type to export.</summary>
/// <param name="Collection">Its collection, such as <c>dataElements</c>.</param>
internal sealed record ExportedType(string Collection)
{
    /// <summary>Which of its objects; null: <see cref="MetadataExportOptions.Query"/>.</summary>
    public MetadataQuery? Query { get; init; }
}

/// <summary>Writes objects of some types in a form of the caller's.</summary>
internal interface IObjectForm
{
    /// <summary>Whether objects of the type have that form; otherwise they are written as they are stored.</summary>
    bool Has(string collection);

    /// <summary>Writes objects, with commas between them.</summary>
    Task WriteAsync(string collection, IAsyncEnumerable<StoredObject> exported, System.IO.Pipelines.PipeWriter output, CancellationToken cancellationToken);
}

/// <summary>Makes forms of what callers choose in the words of the <c>fields</c> parameter, such as <c>id,categoryCombo[name]</c>.</summary>
internal interface IObjectForms
{
    /// <summary>The form of types for which a caller chose something.</summary>
    IObjectForm Of(IReadOnlyDictionary<string, string> fields, bool skipSharing, User caller);
}
