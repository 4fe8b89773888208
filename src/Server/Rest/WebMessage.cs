using System.Text.Json;
using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf;
using Microsoft.AspNetCore.WebUtilities;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Writes DHIS2's envelope. Null members are left out; the order is DHIS2's.</summary>
internal static class WebMessage
{
    private static readonly JsonEncodedText _httpStatus = JsonEncodedText.Encode("httpStatus");
    private static readonly JsonEncodedText _httpStatusCode = JsonEncodedText.Encode("httpStatusCode");
    private static readonly JsonEncodedText _status = JsonEncodedText.Encode("status");
    private static readonly JsonEncodedText _message = JsonEncodedText.Encode("message");
    private static readonly JsonEncodedText _response = JsonEncodedText.Encode("response");
    private static readonly JsonEncodedText _responseType = JsonEncodedText.Encode("responseType");
    private static readonly JsonEncodedText _errorCode = JsonEncodedText.Encode("errorCode");

    /// <summary>Writes an envelope.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="outcome">OK, WARNING or ERROR; null to take it from the status.</param>
    /// <param name="message">The outcome in words.</param>
    /// <param name="response">The <c>response</c> member, and how it is written.</param>
    /// <param name="errorCode">DHIS2 error code.</param>
    /// <param name="scope">Zone and links.</param>
    public static void Write(
        Utf8JsonWriter writer, int status, string? outcome, string? message, (WritePlan Plan, IMessage Message)? response, string? errorCode, WriteScope scope)
    {
        writer.WriteStartObject();
        writer.WriteString(_httpStatus, ReasonPhrases.GetReasonPhrase(status));
        writer.WriteNumber(_httpStatusCode, status);
        writer.WriteString(_status, outcome ?? (status >= StatusCodes.Status400BadRequest ? "ERROR" : "OK"));
        if (!string.IsNullOrEmpty(message))
            writer.WriteString(_message, message);
        if (response is var (plan, body))
        {
            writer.WriteStartObject(_response);
            if (plan.ResponseType is { } type)
                writer.WriteString(_responseType, type);
            plan.WriteMembers(writer, body, null, scope);
            writer.WriteEndObject();
        }

        if (errorCode is not null)
            writer.WriteString(_errorCode, errorCode);
        writer.WriteEndObject();
    }
}
