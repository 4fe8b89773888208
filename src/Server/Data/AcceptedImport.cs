using System.Text.Json;
using System.Text.Json.Serialization;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;

namespace Dhis2Grpc.Server.Data;

/// <summary>How to import a document that was accepted; kept beside it.</summary>
/// <param name="Caller">UID of who sent it.</param>
/// <param name="Options">What was asked for.</param>
internal sealed record AcceptedImport(string Caller, DataImportOptions Options);

/// <summary>A document that waits, opened.</summary>
/// <param name="Document">The document; dispose it.</param>
/// <param name="Options">How to import it.</param>
/// <param name="Caller">Who sent it, as this server knows the user now.</param>
internal sealed record WaitingImport(DocumentSpool Document, DataImportOptions Options, User Caller);

/// <summary>A document on its way in, whose sender will not wait for its import.</summary>
/// <param name="uid">UID of the job that will import it.</param>
/// <param name="path">The document's file.</param>
internal sealed class IncomingImport(string uid, string path) : IAsyncDisposable
{
    /// <summary>UID of the job that will import it.</summary>
    public string Uid => uid;

    /// <summary>Where its bytes go.</summary>
    public DocumentSpool Document { get; } = DocumentSpool.Create(path);

    /// <summary>Adds all of a stream.</summary>
    public Task CopyFromAsync(Stream source, CancellationToken cancellationToken) => Document.CopyFromAsync(source, cancellationToken);

    /// <summary>It was accepted, so that the file stays.</summary>
    public bool Accepted { get; set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Document.DisposeAsync();
        if (Accepted)
            return;
        File.Delete(path);
        File.Delete(Path.ChangeExtension(path, AcceptedImports.OptionsEnding));
    }
}

/// <summary>How <see cref="AcceptedImport"/> is written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AcceptedImport))]
internal sealed partial class AcceptedImportJson : JsonSerializerContext;

/// <summary>An id scheme as DHIS2 names it.</summary>
internal sealed class IdSchemeJson : JsonConverter<IdScheme>
{
    /// <inheritdoc/>
    public override IdScheme Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IdScheme.Parse(reader.GetString()) ?? IdScheme.Uid;

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IdScheme value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}
