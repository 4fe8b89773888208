using Contract.Tests.Hosting;
using Dhis2.Metadata.V1;
using Google.Rpc;
using Grpc.Core;

namespace Contract.Tests.Metadata;

/// <summary>Reading of stored objects of any type over gRPC, as REST does.</summary>
public sealed class MetadataObjectServiceTests(MetadataRoutesTests.Node fixture) : IClassFixture<MetadataRoutesTests.Node>
{
    private readonly MetadataObjectService.MetadataObjectServiceClient _objects = new(fixture.Server.Channel);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Objects_come_in_pages_filtered_ordered_and_with_the_members_chosen()
    {
        var first = await ListAsync(new() { Collection = "users", PageSize = 1, OrderBy = "name desc", Fields = "name,userRoles[name]" });
        var second = await ListAsync(new() { Collection = "users", PageToken = first.NextPageToken, OrderBy = "name desc", Fields = "name" });

        Assert.Equal((2, "Bob", "Ann", ""), (first.TotalSize, Name(first), Name(second), second.NextPageToken));
        Assert.Equal("Clerk", first.Objects[0].Fields["userRoles"].ListValue.Values[0].StructValue.Fields["name"].StringValue);
        Assert.Equal(["displayName", "id"], (await ListAsync(new() { Collection = "userGroups", Filter = { "users.id:eq:aaaaaaaaaa9" } })).Objects.Single().Fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(2, (await ListAsync(new() { Collection = "userGroups", Filter = { "name:eq:Nurses", "name:eq:doctors" }, RootJunction = "OR" })).TotalSize);
        Assert.Equal("aaaaaaaaaa1", (await ListAsync(new() { Collection = "userGroups", Query = "nurs" })).Objects.Single().Fields["id"].StringValue);
        Assert.Empty((await ListAsync(new() { Collection = "reports" })).Objects);
        Assert.Equal("Not a type of DHIS2", (await ListAsync(new() { Collection = "widgets", Fields = "*" })).Objects.Single().Fields["name"].StringValue);
    }

    [Fact]
    public async Task One_object_has_all_members_but_secrets()
    {
        var user = (await _objects.GetMetadataObjectAsync(new() { Collection = "users", Uid = "aaaaaaaaaa8" }, cancellationToken: Ct)).Object;
        var some = (await _objects.GetMetadataObjectAsync(new() { Collection = "users", Uid = "aaaaaaaaaa8", Fields = "username,password" }, cancellationToken: Ct)).Object;

        Assert.Equal("ann", user.Fields["username"].StringValue);
        Assert.DoesNotContain("hunter2", user.ToString(), StringComparison.Ordinal);
        Assert.Equal(["username"], some.Fields.Keys);
    }

    [Theory]
    [InlineData("users", "zzzzzzzzzzz", "", StatusCode.NotFound, "E1005")]
    [InlineData("", "aaaaaaaaaa8", "", StatusCode.InvalidArgument, "E1003")]
    [InlineData("jobConfigurations", "aaaaaaaaaa8", "", StatusCode.InvalidArgument, "E1003")]
    public async Task What_is_not_there_has_its_status(string collection, string uid, string fields, StatusCode status, string reason)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await _objects.GetMetadataObjectAsync(new() { Collection = collection, Uid = uid, Fields = fields }, cancellationToken: Ct));
        Assert.Equal((status, reason), (refused.StatusCode, refused.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason));
    }

    [Theory]
    [InlineData("name", "", "")]
    [InlineData("name:what:x", "", "")]
    [InlineData("a';drop:eq:x", "", "")]
    [InlineData("", "name sideways", "")]
    [InlineData("", "", "never given")]
    public async Task A_question_that_makes_no_sense_is_refused(string filter, string orderBy, string token)
    {
        var request = new ListMetadataObjectsRequest { Collection = "users", OrderBy = orderBy, PageToken = token };
        if (filter.Length > 0)
            request.Filter.Add(filter);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await ListAsync(request))).StatusCode);
    }

    private static string Name(ListMetadataObjectsResponse page) => page.Objects.Single().Fields["name"].StringValue;

    private async Task<ListMetadataObjectsResponse> ListAsync(ListMetadataObjectsRequest request) =>
        await _objects.ListMetadataObjectsAsync(request, cancellationToken: Ct);
}
