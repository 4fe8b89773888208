using Dhis2.Rest.V1;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Answers of endpoints that are not methods of a contract, such as document imports.</summary>
internal static class RestResponse
{
    /// <summary>Writes a message in DHIS2's dialect.</summary>
    /// <param name="http">The request.</param>
    /// <param name="message">What to write; the <c>response</c> member when it is wrapped.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="envelope">What it is wrapped in.</param>
    /// <param name="text">The envelope's <c>message</c>; null leaves it out.</param>
    /// <param name="outcome">The envelope's <c>status</c>: OK, WARNING or ERROR; null takes it from the HTTP status.</param>
    public static ValueTask WriteAsync(
        HttpContext http,
        IMessage message,
        int status = StatusCodes.Status200OK,
        Envelope envelope = Envelope.Unspecified,
        string? text = null,
        string? outcome = null) =>
        http.RequestServices.GetRequiredService<RestFormatter>().WriteAsync(http, message, status, envelope, text, outcome);

    /// <summary>Writes an envelope with a message and nothing else.</summary>
    public static ValueTask WriteAsync(HttpContext http, string text, int status = StatusCodes.Status200OK) =>
        http.RequestServices.GetRequiredService<RestFormatter>().WriteAsync(http, status, text);
}
