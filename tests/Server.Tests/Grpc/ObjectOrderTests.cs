using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Grpc;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Tests.Grpc;

public sealed class ObjectOrderTests
{
    private static readonly JobConfiguration[] Jobs =
    [
        new() { Id = "3", Name = "beta", Code = "x", QueuePosition = 10 },
        new() { Id = "2", Name = "Alpha", QueuePosition = 9 },
        new() { Id = "1", Name = "alpha", Code = "a" },
        new() { Id = "4", Name = "Gamma", Code = "B" },
    ];

    [Theory]
    [InlineData("", "1234")]
    [InlineData("name:asc", "2413")]
    [InlineData("name", "2413")]
    [InlineData("name:iasc", "1234")]
    [InlineData("name:idesc", "4312")]
    [InlineData("id:desc", "4321")]
    [InlineData("code:asc", "4132")]
    [InlineData("queuePosition:asc", "2314")]
    [InlineData("colour:asc", "1234")]
    [InlineData("id:sideways", "1234")]
    [InlineData("sharing:asc", "1234")]
    [InlineData("colour:asc,id:desc", "4321")]
    public void Sorts(string order, string expected)
    {
        var sorted = Jobs.Order<IMessage>(new ObjectOrder(JobConfiguration.Descriptor, [order])).Cast<JobConfiguration>();

        Assert.Equal(expected, string.Concat(sorted.Select(j => j.Id)));
    }
}
