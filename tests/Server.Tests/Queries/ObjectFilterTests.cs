using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Grpc;
using Dhis2Grpc.Server.Queries;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Dhis2Grpc.Server.Tests.Queries;

public sealed class ObjectFilterTests
{
    private static readonly JobConfiguration Job = new()
    {
        Id = "aB3dEfGhIj1",
        Name = "Nightly Analytics",
        JobType = JobType.AnalyticsTable,
        Delay = Duration.FromTimeSpan(TimeSpan.FromSeconds(120)),
        Enabled = true,
        Created = Timestamp.FromDateTimeOffset(new DateTimeOffset(2024, 2, 28, 22, 0, 0, TimeSpan.Zero)),
        LastUpdatedBy = new() { Id = "uId45678901", Username = "admin" },
        Favorites = { "one", "two" },
        Translations = { new Dhis2.Common.V1.Translation { Locale = "fr", Property = "NAME", Value = "Nuit" } },
    };

    [Theory]
    [InlineData("name:eq:Nightly Analytics", true)]
    [InlineData("name:eq:nightly analytics", false)]
    [InlineData("name:ieq:nightly analytics", true)]
    [InlineData("name:!eq:x", true)]
    [InlineData("name:neq:Nightly Analytics", false)]
    [InlineData("name:ne:x", true)]
    [InlineData("name:like:Ana", true)]
    [InlineData("name:like:ana", false)]
    [InlineData("name:!like:ana", true)]
    [InlineData("name:ilike:ANA", true)]
    [InlineData("name:!ilike:ANA", false)]
    [InlineData("name:$like:Night", true)]
    [InlineData("name:$like:night", false)]
    [InlineData("name:$ilike:night", true)]
    [InlineData("name:startsWith:night", true)]
    [InlineData("name:like$:tics", true)]
    [InlineData("name:ilike$:TICS", true)]
    [InlineData("name:endsWith:TICS", true)]
    [InlineData("name:token:ana night", true)]
    [InlineData("name:token:ana day", false)]
    [InlineData("name:!token:ana day", true)]
    [InlineData("name:gt:M", true)]
    [InlineData("name:lt:M", false)]
    [InlineData("jobType:eq:ANALYTICS_TABLE", true)]
    [InlineData("jobType:in:[RESOURCE_TABLE,ANALYTICS_TABLE]", true)]
    [InlineData("jobType:!in:[RESOURCE_TABLE,ANALYTICS_TABLE]", false)]
    [InlineData("jobType:like:TABLE", true)]
    [InlineData("jobStatus:null", true)]
    [InlineData("delay:eq:120", true)]
    [InlineData("delay:ge:121", false)]
    [InlineData("delay:le:120.0", true)]
    [InlineData("delay:gte:120", true)]
    [InlineData("delay:lte:119", false)]
    [InlineData("enabled:eq:true", true)]
    [InlineData("enabled:eq:false", false)]
    [InlineData("code:null", true)]
    [InlineData("code:!null", false)]
    [InlineData("code:eq:x", false)]
    [InlineData("code:!eq:x", true)]
    [InlineData("created:ge:2024-02-29", true)]
    [InlineData("created:gt:2024-02-29T02:00", false)]
    [InlineData("created:lt:2024-02-28T22:00:01Z", true)]
    [InlineData("created:ge:2024", true)]
    [InlineData("created:ge:2024-03", false)]
    [InlineData("lastUpdatedBy.username:eq:admin", true)]
    [InlineData("favorites:empty", false)]
    [InlineData("favorites:!empty", true)]
    [InlineData("favorites:eq:2", true)]
    [InlineData("favorites:gt:2", false)]
    [InlineData("favorites:eq:one", true)]
    [InlineData("favorites:in:[two,three]", true)]
    [InlineData("userAccesses:empty", true)]
    [InlineData("translations.locale:eq:fr", true)]
    [InlineData("translations.locale:in:[en,fr]", true)]
    [InlineData("translations.value:like:Jour", false)]
    [InlineData("access.read:null", true)]
    [InlineData("queuePosition:null", true)]
    [InlineData("identifiable:eq:aB3dEfGhIj1", true)]
    [InlineData("identifiable:ilike:NIGHTLY", true)]
    [InlineData("identifiable:eq:x", false)]
    [InlineData("name:eq:a:b", false)]
    public void Matches(string filter, bool expected) => Assert.Equal(expected, Filter([filter]).Matches(Job));

    [Fact]
    public void All_filters_must_hold_unless_joined_by_OR()
    {
        string[] filters = ["name:ilike:nightly", "enabled:eq:false"];

        Assert.False(Filter(filters).Matches(Job));
        Assert.False(Filter(filters, "AND").Matches(Job));
        Assert.True(Filter(filters, "or").Matches(Job));
    }

    [Theory]
    [InlineData("colour:eq:red", "Unknown path property: colour")]
    [InlineData("lastUpdatedBy.colour:eq:red", "Unknown path property: lastUpdatedBy.colour")]
    [InlineData("name", "Invalid filter => name")]
    [InlineData("name:eq", "Invalid filter => name:eq")]
    [InlineData(":eq:x", "Invalid filter => :eq:x")]
    [InlineData("name:resembles:x", "`resembles` is not a valid operator.")]
    [InlineData("enabled:eq:perhaps", "`perhaps` is not true or false.")]
    [InlineData("delay:gt:long", "`long` is not a number.")]
    [InlineData("created:gt:soon", "`soon` is not a date.")]
    public void Nonsense_is_refused(string filter, string message)
    {
        var e = Assert.Throws<Dhis2Exception>(() => Filter([filter]));

        Assert.Equal(message, e.Message);
        Assert.Equal("E1003", e.Code);
        Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
    }

    [Fact]
    public void An_unknown_value_of_an_enumeration_lists_the_legal_ones()
    {
        var e = Assert.Throws<Dhis2Exception>(() => Filter(["jobStatus:eq:ASLEEP"]));

        Assert.StartsWith("`ASLEEP` is not a valid value for property jobStatus: SCHEDULED, RUNNING, DISABLED", e.Message, StringComparison.Ordinal);
    }

    private static ObjectFilter<IMessage> Filter(string[] filters, string junction = "") =>
        new(MessageProperties.Of(JobConfiguration.Descriptor), filters, junction, TimeZoneInfo.FindSystemTimeZoneById("Africa/Kampala"));
}
