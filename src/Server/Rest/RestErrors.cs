using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Rest;

/// <summary>Error envelopes for code outside the edge. Throwing a <see cref="Dhis2Exception"/> below
/// <see cref="RestEdge.UseRestEdge"/> has the same effect.</summary>
internal static class RestErrors
{
    /// <summary>Writes the error envelope of a failure.</summary>
    public static ValueTask WriteAsync(HttpContext http, Dhis2Exception e) =>
        http.RequestServices.GetRequiredService<RestFormatter>().WriteAsync(http, RestFailure.From(e));
}
