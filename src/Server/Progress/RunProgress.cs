using System.Text.Json;
using System.Text.Json.Serialization;
using Dhis2.Common.V1;
using Dhis2.Scheduling.V1;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Progress;

/// <summary>A run's progress at one moment.</summary>
/// <param name="Revision">Grows with every change.</param>
/// <param name="Processes">In start order.</param>
internal sealed record RunProgress(long Revision, IReadOnlyList<ProcessProgress> Processes)
{
    /// <summary>Before anything happened.</summary>
    public static RunProgress Empty { get; } = new(0, []);

    /// <summary>What the run found wrong with objects; null when nothing.</summary>
    public IReadOnlyList<RunError>? Errors { get; init; }

    /// <summary>What the run imported, when it is an import of data.</summary>
    [JsonConverter(typeof(ImportSummaryJson))]
    public ImportSummary? Import { get; init; }
}

/// <summary>An import's summary as the bytes of the message, which know its changes.</summary>
internal sealed class ImportSummaryJson : JsonConverter<ImportSummary>
{
    /// <inheritdoc/>
    public override ImportSummary Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ImportSummary.Parser.ParseFrom(reader.GetBytesFromBase64());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ImportSummary value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.ToByteArray());
}

/// <summary>What processes, stages and items have in common.</summary>
internal abstract record ProgressNode
{
    /// <summary>What it does; null for implicitly created ones.</summary>
    public string? Description { get; init; }

    /// <summary>State.</summary>
    public required ProgressStatus Status { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>When it really ended.</summary>
    public DateTimeOffset? Completed { get; init; }

    /// <summary>What it achieved.</summary>
    public string? Summary { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }
}

/// <summary>A process of a run.</summary>
internal sealed record ProcessProgress : ProgressNode
{
    /// <summary>UID of the job configuration.</summary>
    public required string JobUid { get; init; }

    /// <summary>UID of the user as whom it runs.</summary>
    public string? UserUid { get; init; }

    /// <summary>When a user asked to cancel it.</summary>
    public DateTimeOffset? Cancelled { get; init; }

    /// <summary>In start order.</summary>
    public IReadOnlyList<StageProgress> Stages { get; init; } = [];
}

/// <summary>A stage of a process.</summary>
internal sealed record StageProgress : ProgressNode
{
    /// <summary>Expected number of items; 0 none, negative unknown.</summary>
    public int TotalItems { get; init; }

    /// <summary>What a failed item means.</summary>
    public FailurePolicy OnFailure { get; init; } = FailurePolicy.Fail;

    /// <summary>Successful items that are counted but not listed, in very long stages.</summary>
    public int OmittedItems { get; init; }

    /// <summary>In start order.</summary>
    public IReadOnlyList<ItemProgress> Items { get; init; } = [];
}

/// <summary>An item of a stage.</summary>
internal sealed record ItemProgress : ProgressNode
{
    /// <summary>What its failure means.</summary>
    public FailurePolicy OnFailure { get; init; } = FailurePolicy.Fail;
}
