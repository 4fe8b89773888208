using System.ComponentModel.DataAnnotations;

namespace Dhis2Grpc.Server.Hosting;

/// <summary>The REST face: section <c>Dhis2:Rest</c>.</summary>
internal sealed class RestListenerOptions
{
    /// <summary>Where it listens: <c>http://</c>, an IP address, <c>localhost</c> or <c>*</c>, and a port; port 0 takes a
    /// free one. Default <c>http://127.0.0.1:8080</c>.</summary>
    [Required, ListenUrl]
    public string Url { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Largest request body in bytes; larger ones get 413. Documents that are streamed are exempt. Default
    /// 30,000,000.</summary>
    [Range(1, long.MaxValue)]
    public long MaxRequestBodySize { get; set; } = 30_000_000;

    /// <summary>Answer imports of data to paths without a version as DHIS2 did before 2.38, bare and with 200: for senders of that age.
    /// Default false.</summary>
    public bool BareSummaries { get; set; }
}

/// <summary>The gRPC face: section <c>Dhis2:Grpc</c>.</summary>
internal sealed class GrpcListenerOptions
{
    /// <summary>Where it listens, as <see cref="RestListenerOptions.Url"/>. Default <c>http://127.0.0.1:8081</c>.</summary>
    [Required, ListenUrl]
    public string Url { get; set; } = "http://127.0.0.1:8081";

    /// <summary>Largest message received, in bytes. Default 16 MiB.</summary>
    [Range(1, int.MaxValue)]
    public int MaxReceiveMessageSize { get; set; } = 16 * 1024 * 1024;

    /// <summary>Streams that one connection may have open. Default 4,096.</summary>
    [Range(1, int.MaxValue)]
    public int MaxStreamsPerConnection { get; set; } = 4096;

    /// <summary>Compression of responses for clients that accept it: <c>gzip</c> or empty, the default, for none. Watches
    /// send many small messages, for which it costs more than it saves.</summary>
    [RegularExpression("gzip", ErrorMessage = "Dhis2:Grpc:Compression must be gzip or empty.")]
    public string? Compression { get; set; }
}

/// <summary>The text is an address that the server can listen on.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListenUrlAttribute : ValidationAttribute
{
    /// <inheritdoc/>
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        ListenAddress.Parse(value as string ?? "", out var problem) is null
            ? new ValidationResult($"{Section(validationContext)}:Url: '{value}' {problem}")
            : ValidationResult.Success;

    private static string Section(ValidationContext context) =>
        context.ObjectType == typeof(RestListenerOptions) ? "Dhis2:Rest" : "Dhis2:Grpc";
}
