using System.Text;
using CsCheck;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Rest.Schema;
using Dhis2Grpc.Server.Rest.Writing;

namespace Server.Tests.Rest;

public sealed class FieldFilterTests
{
    private static readonly string[] _pieces = ["id", "name", ",", "[", "]", "(", ")", "!", ":", "::", "~", "|", "*", ":all", "rename(x)", "access", " ", "size"];

    [Theory]
    [InlineData("id,name", """{"id":"u","name":"n"}""")]
    [InlineData(" id , name ", """{"id":"u","name":"n"}""")]
    [InlineData("access[read],id", """{"id":"u","access":{"read":true}}""")]
    [InlineData("access(read,write)", """{"access":{"write":false,"read":true}}""")]
    [InlineData("access[!read,*]", """{"access":{"manage":false,"externalize":false,"write":false,"update":false,"delete":false}}""")]
    [InlineData("access[:all,!read,!write,!update]", """{"access":{"manage":false,"externalize":false,"delete":false}}""")]
    [InlineData("access[read", """{"access":{"read":true}}""")]
    [InlineData("id]],name", """{"id":"u","name":"n"}""")]
    [InlineData("nope,nope[id],id", """{"id":"u"}""")]
    [InlineData("", "{}")]
    [InlineData("name~rename(title)", """{"title":"n"}""")]
    [InlineData("name|rename(title)~size", """{"title":1}""")]
    [InlineData("translations::size", """{"translations":2}""")]
    [InlineData("translations~isEmpty,favorites::isNotEmpty", """{"favorites":false,"translations":false}""")]
    [InlineData("translations~pluck(locale)", """{"translations":["fr","fr"]}""")]
    [InlineData("translations[value]~keyBy(locale)", """{"translations":{"fr":[{"value":"a"},{"value":"b"}]}}""")]
    [InlineData("translations[value],translations~size~rename(n)", """{"translations":[{"value":"a"},{"value":"b"}],"n":2}""")]
    [InlineData("name~nope(1)", """{"name":"n"}""")]
    [InlineData("sharing[users]", """{"sharing":{"users":{"u1":"rw","u2":"r-"}}}""")]
    [InlineData("sharing[users[u2,nope]]", """{"sharing":{"users":{"u2":"r-"}}}""")]
    [InlineData("sharing(users(!u1))", """{"sharing":{"users":{"u2":"r-"}}}""")]
    [InlineData("sharing[users[*,u1]]", """{"sharing":{"users":{"u1":"rw","u2":"r-"}}}""")]
    [InlineData("sharing[users[nope]]", """{"sharing":{"users":{}}}""")]
    [InlineData("translations[value]", """{"translations":[{"value":"a"},{"value":"b"}]}""")]
    public void Fields_choose_members(string fields, string expected) => Assert.Equal(expected, Write(fields));

    [Fact]
    public void Any_text_is_read_to_its_end() =>
        Gen.OneOfConst(_pieces).Array[0, 30].Sample(pieces => Write(string.Concat(pieces)).StartsWith('{'), iter: 2000);

    private static string Write(string fields)
    {
        var plan = new RestSchema().Write(JobConfiguration.Descriptor);
        var job = new JobConfiguration { Id = "u", Name = "n", Access = new() { Read = true } };
        job.Translations.Add(new Dhis2.Common.V1.Translation { Locale = "fr", Property = "NAME", Value = "a" });
        job.Translations.Add(new Dhis2.Common.V1.Translation { Locale = "fr", Property = "CODE", Value = "b" });
        job.Sharing = new() { Users = { ["u1"] = "rw", ["u2"] = "r-" } };
        var output = new JsonOutput();
        plan.Write(output, job, SelectionCompiler.Compile(plan, FieldFilter.Parse(fields)), new WriteScope(TimeZoneInfo.Utc, null, null));
        return Encoding.UTF8.GetString(output.Written.Span);
    }
}
