using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Rest.Writing;
using Dhis2Grpc.Server.Rest.Writing.Stored;

namespace Server.Tests.Rest;

/// <summary><c>fields</c> of objects that are kept as JSON.</summary>
public sealed class StoredWriterTests
{
    private const string Object = """
        {"id":"aB3dEfGhIj1","name":"Malaria","code":null,"level":3,"open":true,"created":"2024-02-28T01:00:00.000",
         "parent":{"id":"uB3dEfGhIj1","name":"Up"},"groups":[{"id":"g1","name":"One"},{"id":"g2","name":"Two"}],"tags":["x","y"]}
        """;

    private static readonly TimeZoneInfo Kampala = TimeZoneInfo.FindSystemTimeZoneById("Africa/Kampala");

    [Theory]
    [InlineData("id,name", """{"id":"aB3dEfGhIj1","name":"Malaria"}""")]
    [InlineData("parent[id],groups[name]", """{"parent":{"id":"uB3dEfGhIj1"},"groups":[{"name":"One"},{"name":"Two"}]}""")]
    [InlineData("*,!created,!lastUpdated,!href,!displayName,!groups,!parent,!tags", """{"id":"aB3dEfGhIj1","name":"Malaria","level":3,"open":true}""")]
    [InlineData("!groups,!parent,!tags,!created,!lastUpdated,!href,!displayName,!code", """{"id":"aB3dEfGhIj1","name":"Malaria","level":3,"open":true}""")]
    [InlineData(":identifiable,!created,!lastUpdated,!href", """{"id":"aB3dEfGhIj1","name":"Malaria"}""")]
    [InlineData(":simple,!created,!lastUpdated,!href,!displayName,!code,parent[!name]", """{"id":"aB3dEfGhIj1","name":"Malaria","level":3,"open":true,"parent":{"id":"uB3dEfGhIj1"}}""")]
    [InlineData("name~rename(title),groups::size", """{"title":"Malaria","groups":2}""")]
    [InlineData("groups~isEmpty,tags|isNotEmpty", """{"groups":false,"tags":true}""")]
    [InlineData("groups~pluck,tags", """{"groups":["g1","g2"],"tags":["x","y"]}""")]
    [InlineData("groups~pluck(name)~rename(names)", """{"names":["One","Two"]}""")]
    [InlineData("groups[name]~keyBy(id)", """{"groups":{"g1":[{"name":"One"}],"g2":[{"name":"Two"}]}}""")]
    [InlineData("groups[id],groups~size~rename(n)", """{"groups":[{"id":"g1"},{"id":"g2"}],"n":2}""")]
    [InlineData("nope", "{}")]
    [InlineData("created,lastUpdated,href,displayName,displayFormName", """{"created":"2024-03-01T03:00:00.000","lastUpdated":"2024-03-02T03:00:00.000","href":"/api/units/aB3dEfGhIj1","displayName":"Malaria","displayFormName":"Malaria"}""")]
    [InlineData("displayName~rename(label),displayName", """{"label":"Malaria","displayName":"Malaria"}""")]
    public void Fields_choose_members(string fields, string expected)
    {
        using var document = JsonDocument.Parse(Object);
        var output = new JsonOutput();

        new StoredWriter(output, new WriteScope(Kampala, null, null), _ => false, (_, _) => false).Write(
            new StoredJson("units", document.RootElement, new DateTime(2024, 3, 1), new DateTime(2024, 3, 2)), StoredSelection.Compile(FieldFilter.Parse(fields)));

        Assert.Equal(expected, Encoding.UTF8.GetString(output.Written.Span));
    }
}
