using Dhis2.Metadata.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Security;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Dhis2Grpc.Server.Grpc;

/// <summary>Stored metadata, one way for all types.</summary>
internal sealed class MetadataObjectService(MetadataObjects objects, IStoredJson json, IOptions<SystemInfoOptions> system)
    : Dhis2.Metadata.V1.MetadataObjectService.MetadataObjectServiceBase
{
    private const string ListFields = "id,displayName";
    private const string AllFields = "*";

    // Each level is three messages, and clients read a hundred of them inside of each other.
    private const int MaxDepth = 30;

    private static readonly JsonParser Parser = new(new JsonParser.Settings(MaxDepth));

    /// <inheritdoc/>
    public override async Task<ListMetadataObjectsResponse> ListMetadataObjects(ListMetadataObjectsRequest request, ServerCallContext context)
    {
        Check(request.Collection);
        await using var listing = await objects.ListAsync(request.Collection, new MetadataQuery
        {
            Filters = [.. request.Filter.Select(ListFilter.Parse)],
            Any = ListFilter.IsAny(request.RootJunction),
            Orders = [.. OrdersOf(request.OrderBy)],
            Search = request.Query,
            Zone = system.Value.Zone,
        }, context.CancellationToken);
        var total = await listing.CountAsync(context.CancellationToken);
        var page = Page.Of(null, request.PageSize == 0 ? null : request.PageSize, request.PageToken, total);
        var found = new List<StoredObject>();
        await foreach (var stored in listing.ReadAsync(page.Offset, page.Size, context.CancellationToken))
            found.Add(stored);
        var response = new ListMetadataObjectsResponse { NextPageToken = page.NextToken, TotalSize = total };
        response.Objects.Add(await ToStructsAsync(found, request.Fields.Length > 0 ? request.Fields : ListFields, context));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetMetadataObjectResponse> GetMetadataObject(GetMetadataObjectRequest request, ServerCallContext context)
    {
        Check(request.Collection);
        var stored = await objects.GetAsync(request.Collection, request.Uid, context.CancellationToken);
        var read = await ToStructsAsync([stored], request.Fields.Length > 0 ? request.Fields : AllFields, context);
        return new() { Object = read.Single() };
    }

    private async ValueTask<IReadOnlyList<Struct>> ToStructsAsync(IReadOnlyList<StoredObject> stored, string fields, ServerCallContext context)
    {
        var written = await json.WriteAsync(stored, fields, context.Caller(), context.CancellationToken);
        try
        {
            return [.. written.Select(Parser.Parse<Struct>)];
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new Dhis2Exception(ErrorKind.InvalidArgument, $"What is stored is nested more than {MaxDepth} levels deep; name the fields to read.", "E1003", e);
        }
    }

    // Job configurations are kept elsewhere, and have a service of their own.
    private static void Check(string collection)
    {
        if (collection.Length == 0 || collection == "jobConfigurations")
            throw new Dhis2Exception(ErrorKind.InvalidArgument, $"`{collection}` is no collection of metadata.", "E1003") { Reports = [new ErrorReport("E1003", "Not a collection of metadata.", "collection")] };
    }

    private static IEnumerable<ListOrder> OrdersOf(string orderBy)
    {
        foreach (var key in orderBy.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            yield return key.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var property, .. { Length: <= 1 } rest] && rest is [] or ["asc" or "desc"]
                ? new ListOrder(property, rest is ["desc"], IgnoreCase: false)
                : throw new Dhis2Exception(ErrorKind.InvalidArgument, $"order_by: `{key}` is not a property, or a property and `asc` or `desc`.", "E1003");
        }
    }
}
