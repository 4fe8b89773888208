using Dhis2Grpc.Server.Rest.Writing;
using Google.Protobuf;
using Microsoft.AspNetCore.WebUtilities;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Writes DHIS2's envelope. Null members are left out; the order is DHIS2's.</summary>
internal static class WebMessage
{
    private static readonly JsonName _httpStatus = new("httpStatus");
    private static readonly JsonName _httpStatusCode = new("httpStatusCode");
    private static readonly JsonName _status = new("status");
    private static readonly JsonName _message = new("message");
    private static readonly JsonName _devMessage = new("devMessage");
    private static readonly JsonName _response = new("response");
    private static readonly JsonName _responseType = new("responseType");
    private static readonly JsonName _errorCode = new("errorCode");

    /// <summary>Writes an envelope.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="outcome">OK, WARNING or ERROR; null to take it from the status.</param>
    /// <param name="message">The outcome in words.</param>
    /// <param name="response">The <c>response</c> member, and how it is written.</param>
    /// <param name="errorCode">DHIS2 error code.</param>
    /// <param name="detail">What more there is to say than the message does.</param>
    /// <param name="scope">Zone and links.</param>
    public static void Write(
        JsonOutput writer, int status, string? outcome, string? message, (WritePlan Plan, IMessage Message)? response, string? errorCode, WriteScope scope, string? detail = null)
    {
        writer.StartObject();
        writer.Name(_httpStatus);
        writer.String(ReasonPhrases.GetReasonPhrase(status));
        writer.Name(_httpStatusCode);
        writer.Number(status);
        writer.Name(_status);
        writer.String(outcome ?? (status >= StatusCodes.Status400BadRequest ? "ERROR" : "OK"));
        Text(writer, _message, message);
        Text(writer, _devMessage, detail);
        if (response is var (plan, body))
        {
            writer.Name(_response);
            writer.StartObject();
            if (plan.ResponseType is { } type)
            {
                writer.Name(_responseType);
                writer.String(type);
            }

            plan.WriteMembers(writer, body, null, scope);
            writer.EndObject();
        }

        Text(writer, _errorCode, errorCode);
        writer.EndObject();
    }

    private static void Text(JsonOutput writer, JsonName name, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        writer.Name(name);
        writer.String(value);
    }
}
