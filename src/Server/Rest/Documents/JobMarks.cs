using Dhis2Grpc.Server.Errors;

namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>Favourites and subscriptions, which DHIS2 knows of every object, and refuses of job configurations.</summary>
internal static class JobMarks
{
    private static readonly string[] Methods = [HttpMethods.Post, HttpMethods.Delete];

    /// <summary>Maps the routes.</summary>
    public static void MapJobMarks(this IEndpointRouteBuilder app)
    {
        Map(app, "favorite", "Objects of this class cannot be set as favorite");
        Map(app, "subscriber", "Objects of this class cannot be subscribed to");
    }

    private static void Map(IEndpointRouteBuilder app, string mark, string message)
    {
        foreach (var method in Methods)
        {
            app.MapMethods($"/api/jobConfigurations/{{uid}}/{mark}", [method], (RequestDelegate)(_ => throw new Dhis2Exception(ErrorKind.Conflict, message)))
                .WithMetadata(new DescribedEndpoint($"{method.ToLowerInvariant()}Job{char.ToUpperInvariant(mark[0])}{mark[1..]}", "Scheduling", $"Refused: {message}") { Message = true });
        }
    }
}
