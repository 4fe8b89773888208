using System.Text.Json.Nodes;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Grpc;

namespace Dhis2Grpc.Server.Tests.Grpc;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("replace", "/name", "\"b\"", """{"name":"b","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("add", "/code", "\"c\"", """{"name":"a","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1},"code":"c"}""")]
    [InlineData("replace", "/code", "\"c\"", """{"name":"a","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1},"code":"c"}""")]
    [InlineData("add", "/list/-", "\"z\"", """{"name":"a","list":["x","y","z"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("add", "/list/0", "\"z\"", """{"name":"a","list":["z","x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("replace", "/list/1", "\"z\"", """{"name":"a","list":["x","z"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("replace", "/inner/n", "2", """{"name":"a","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":2}}""")]
    [InlineData("replace", "/inner", "{}", """{"name":"a","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{}}""")]
    [InlineData("add", "/refs/0/name", "\"R\"", """{"name":"a","list":["x","y"],"refs":[{"id":"r1","name":"R"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("replace", "/name", "null", """{"list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("remove", "/name", null, """{"list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("remove", "/code", null, """{"name":"a","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("remove", "/list/0", null, """{"name":"a","list":["y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    public void Operations_change_members(string op, string path, string? value, string expected)
    {
        var operation = new PatchOperation { Op = op, Path = path };
        if (value is not null)
            operation.Value = value;

        Assert.Equal(expected, Applied(operation));
    }

    [Theory]
    [InlineData("/refs", "r1", """{"name":"a","list":["x","y"],"refs":[{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("/list", "y", """{"name":"a","list":["x"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("/refs", "r9", """{"name":"a","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    [InlineData("/code", "r9", """{"name":"a","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")]
    public void Elements_go_by_their_ids(string path, string id, string expected) =>
        Assert.Equal(expected, Applied(new PatchOperation { Op = "remove-by-id", Path = path, Id = id }));

    [Theory]
    [InlineData("replace", "/colour", "1", "Property colour does not exist on Thing")]
    [InlineData("test", "/name", "\"a\"", "The operation `test` does not exist; there are add, replace, remove, and remove-by-id.")]
    [InlineData("add", "/list/3", "1", "The path /list/3 names no place in a list of 2.")]
    [InlineData("replace", "/list/2", "1", "The path /list/2 names no place in a list of 2.")]
    [InlineData("replace", "/list/-", "1", "The path /list/- names no place in a list of 2.")]
    [InlineData("remove", "/list/-1", null, "The path /list/-1 names no place in a list of 2.")]
    [InlineData("add", "/inner/deep/er", "1", "The path /inner/deep/er does not exist.")]
    [InlineData("add", "/name/x", "1", "The path /name/x does not exist.")]
    [InlineData("remove-by-id", "/list", null, "The operation `remove-by-id` needs an `id`.")]
    [InlineData("add", "name", "1", "`name` is not a path such as /name.")]
    [InlineData("add", "/", "1", "`/` is not a path such as /name.")]
    [InlineData("add", "", "1", "`` is not a path such as /name.")]
    [InlineData("add", "/name", "{", "A value of the patch is not valid JSON.")]
    public void What_cannot_be_applied_is_refused(string op, string path, string? value, string message)
    {
        var operation = new PatchOperation { Op = op, Path = path };
        if (value is not null)
            operation.Value = value;

        var e = Assert.Throws<Dhis2Exception>(() => Applied(operation));

        Assert.Equal((ErrorKind.InvalidArgument, message), (e.Kind, e.Message));
    }

    [Fact]
    public void Members_replace_those_that_the_type_has()
    {
        var target = Thing();

        JsonPatch.Merge(target, """{"name":"b","inner":null,"colour":1}""", Known);

        Assert.Equal("""{"name":"b","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}]}""", target.ToJsonString());
        Assert.Throws<Dhis2Exception>(() => JsonPatch.Merge(target, "[]", Known));
    }

    private static JsonObject Thing() =>
        JsonNode.Parse("""{"name":"a","list":["x","y"],"refs":[{"id":"r1"},{"id":"r2"}],"inner":{"n":1}}""")!.AsObject();

    private static bool Known(string name) => name is "name" or "code" or "list" or "refs" or "inner";

    private static string Applied(PatchOperation operation)
    {
        var target = Thing();
        JsonPatch.Apply(target, [operation], "Thing", Known);
        return target.ToJsonString();
    }
}
