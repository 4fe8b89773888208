using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Queries;

namespace Dhis2Grpc.Server.Tests.Queries;

public sealed class PageTests
{
    [Theory]
    [InlineData(null, null, 0, 1, 50, 1)]
    [InlineData(null, null, 51, 1, 50, 2)]
    [InlineData(2, 10, 20, 2, 10, 2)]
    [InlineData(9, 10, 20, 2, 10, 2)]
    [InlineData(-1, 0, 20, 1, 50, 1)]
    [InlineData(1, 99_999, 20, 1, 10_000, 1)]
    public void Numbers_are_clamped(int? number, int? size, int total, int expectedNumber, int expectedSize, int expectedCount)
    {
        var page = Page.Of(number, size, "", total);

        Assert.Equal((expectedNumber, expectedSize, expectedCount), (page.Number, page.Size, page.Count));
    }

    [Fact]
    public void Tokens_lead_through_the_whole_list()
    {
        var page = Page.Of(null, 7, "", 20);
        List<int> offsets = [page.Offset];
        while (page.NextToken.Length > 0)
        {
            page = Page.Of(null, null, page.NextToken, 20);
            offsets.Add(page.Offset);
        }

        Assert.Equal([0, 7, 14], offsets);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1")]
    [InlineData("0.10")]
    [InlineData("1.0")]
    [InlineData("1.99999")]
    [InlineData("-1.5")]
    [InlineData("99999999999.5")]
    public void A_foreign_token_is_refused(string token) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<Dhis2Exception>(() => Page.Of(null, null, token, 20)).Kind);
}
