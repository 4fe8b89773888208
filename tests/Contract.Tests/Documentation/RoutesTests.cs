using Contract.Tests.Hosting;
using Dhis2Grpc.Server.Rest;
using Dhis2Grpc.Server.Rest.OpenApi;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Documentation;

/// <summary>The page of REST routes lists what the server serves. Run with UPDATE_DOCUMENTATION=1 to write it anew.</summary>
public sealed class RoutesTests
{
    private const string Begin = "<!-- routes -->\n";
    private const string End = "<!-- end of routes -->";

    [Fact]
    public async Task The_documentation_lists_every_route()
    {
        await using var node = await TestNode.StartAsync();
        var table = Table(node.Services.GetRequiredService<EndpointDataSource>());
        var path = Path.Combine(Root(), "docs", "rest-api.md");
        var page = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("UPDATE_DOCUMENTATION") is not null)
            await File.WriteAllTextAsync(path, page[..begin] + table + page[end..], TestContext.Current.CancellationToken);
        else
            Assert.Equal(table, page[begin..end]);
    }

    private static string Table(EndpointDataSource endpoints)
    {
        var rows = from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
                   let route = endpoint.Metadata.GetMetadata<DescribedEndpoint>()?.Path ?? "/" + endpoint.RoutePattern.RawText?.TrimStart('/')
                   where route.StartsWith("/api", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<UndocumentedEndpoint>() is null
                   from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["any"]
                   let rpc = endpoint.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>()?.MethodDescriptor
                   where method != "any"
                   orderby route, method
                   select $"| {method} | `{route}` | {(rpc is null ? endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary ?? endpoint.Metadata.GetMetadata<DescribedEndpoint>()?.Summary : $"{rpc.Service.Name}.{rpc.Name}")} |\n";
        return "| | Route | Served by |\n|---|---|---|\n" + string.Concat(rows.Distinct());
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Dhis2Grpc.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
