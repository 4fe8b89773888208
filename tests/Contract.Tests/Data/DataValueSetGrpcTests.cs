using System.Text.Json;
using Dhis2.Common.V1;
using Dhis2.Data.V1;
using Google.Protobuf;
using Grpc.Core;
using static Contract.Tests.Data.DataNode;

namespace Contract.Tests.Data;

public class DataValueSetGrpcTests
{
    [Fact]
    public async Task Document_in_chunks_and_typed_values_do_the_same()
    {
        await using var node = await StartAsync();
        var client = new DataValueSetService.DataValueSetServiceClient(node.Channel);
        var document = Values(Value(Count, "202401", North, "3"), Value(Count, "202402", North, "x"), Value(Note, "202401", South, "é"));
        var chunks = ByteString.CopyFromUtf8(document).Chunk(7).Select(c => new ImportDataValueSetsRequest { Content = ByteString.CopyFrom(c) });
        var first = await ImportAsync(client, [new() { Options = new() { ImportStrategy = "NEW" } }, .. chunks]);
        Assert.Equal(("WARNING", 2, 1), (first.Status, first.ImportCount.Imported, first.ImportCount.Ignored));
        var conflict = Assert.Single(first.Conflicts);
        Assert.Equal(("E7619", 1), (conflict.ErrorCode, Assert.Single(conflict.Indexes)));

        var second = await ImportAsync(client, [
            new() { DataValues = { new DataValue { DataElement = Count, Period = "202401", OrgUnit = North, Value = "4" } } },
            new() { DataValues = { new DataValue { DataElement = Note, Period = "202401", OrgUnit = South, Value = "é", Deleted = true } } },
        ]);
        Assert.Equal(("SUCCESS", 1, 1), (second.Status, second.ImportCount.Updated, second.ImportCount.Deleted));

        using var exported = JsonDocument.Parse(await ExportAsync(client, new() { DataElements = { Count, Note }, Periods = { "202401" }, OrgUnits = { Country }, Children = true }));
        var value = Assert.Single(exported.RootElement.GetProperty("dataValues").EnumerateArray());
        Assert.Equal("4", value.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Failures_carry_reason_and_store_nothing()
    {
        await using var node = await StartAsync();
        var client = new DataValueSetService.DataValueSetServiceClient(node.Channel);
        var malformed = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(client, [new() { Content = ByteString.CopyFromUtf8("{\"dataValues\":[{]}") }]));
        Assert.Equal(StatusCode.InvalidArgument, malformed.StatusCode);
        Assert.Contains("line 1, column 17", malformed.Status.Detail, StringComparison.Ordinal);
        var both = await Assert.ThrowsAsync<RpcException>(() => ImportAsync(client, [
            new() { Content = ByteString.CopyFromUtf8(Values()) },
            new() { DataValues = { new DataValue { DataElement = Count, Period = "202401", OrgUnit = North, Value = "4" } } },
        ]));
        Assert.Equal(StatusCode.InvalidArgument, both.StatusCode);
        var refused = await Assert.ThrowsAsync<RpcException>(() => ExportAsync(client, new() { DataElements = { Count }, Periods = { "202401" } }));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Equal("E2006", refused.GetRpcStatus()!.GetDetail<Google.Rpc.ErrorInfo>().Reason);
        Assert.Equal(0, (await ImportAsync(client, [new() { Content = ByteString.CopyFromUtf8(Values()) }])).ImportCount.Imported);
    }

    [Fact]
    public async Task Client_that_goes_away_halfway_leaves_nothing_behind()
    {
        await using var node = await StartAsync();
        var client = new DataValueSetService.DataValueSetServiceClient(node.Channel);
        using (var call = client.ImportDataValueSets(cancellationToken: Ct))
        {
            await call.RequestStream.WriteAsync(new() { Content = ByteString.CopyFromUtf8(Values(Value(Count, "202401", North, "3"))) }, Ct);
        }

        var query = new ExportDataValueSetsRequest { DataElements = { Count }, Periods = { "202401" }, OrgUnits = { North } };
        using var exported = JsonDocument.Parse(await ExportAsync(client, query));
        Assert.Equal(0, exported.RootElement.GetProperty("dataValues").GetArrayLength());
        Assert.Equal(1, (await ImportAsync(client, [new() { Content = ByteString.CopyFromUtf8(Values(Value(Count, "202401", North, "3"))) }])).ImportCount.Imported);
    }

    private static async Task<ImportSummary> ImportAsync(DataValueSetService.DataValueSetServiceClient client, IEnumerable<ImportDataValueSetsRequest> requests)
    {
        using var call = client.ImportDataValueSets(cancellationToken: Ct);
        try
        {
            foreach (var request in requests)
                await call.RequestStream.WriteAsync(request, Ct);
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // The server answered before it had everything; the answer says why.
        }

        return (await call.ResponseAsync).Summary;
    }

    private static async Task<string> ExportAsync(DataValueSetService.DataValueSetServiceClient client, ExportDataValueSetsRequest request)
    {
        using var call = client.ExportDataValueSets(request, cancellationToken: Ct);
        using var bytes = new MemoryStream();
        await foreach (var chunk in call.ResponseStream.ReadAllAsync(Ct))
            chunk.Content.WriteTo(bytes);
        return System.Text.Encoding.UTF8.GetString(bytes.ToArray());
    }
}
