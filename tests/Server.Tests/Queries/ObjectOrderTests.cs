using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Queries;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Tests.Queries;

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
        var sorted = Jobs.Order<IMessage>(new ObjectOrder<IMessage>(MessageProperties.Of(JobConfiguration.Descriptor), [order])).Cast<JobConfiguration>();

        Assert.Equal(expected, string.Concat(sorted.Select(j => j.Id)));
    }

    [Theory]
    [InlineData("name:iasc")]
    [InlineData("code:desc")]
    [InlineData("queuePosition:asc")]
    public void The_first_of_a_long_list_are_what_sorting_all_of_it_gives(string wish)
    {
        var order = new ObjectOrder<IMessage>(MessageProperties.Of(JobConfiguration.Descriptor), [wish]);
        var items = Enumerable.Range(0, 200)
            .Select(i => new JobConfiguration { Id = $"{i:000}", Name = $"n{i * 37 % 200}", Code = $"c{i % 7}", QueuePosition = i * 11 % 17 })
            .ToList<IMessage>();
        var sorted = items.Order(order).ToList();

        foreach (var count in new[] { 0, 1, 10, 50, 51, 199, 200, 1000 })
            Assert.Equal(sorted.Take(count), order.First(items, count));
    }
}
