using System.Text;
using System.Text.Json;
using CsCheck;
using Dhis2Grpc.Server.Rest.Writing;

namespace Server.Tests.Rest;

public sealed class JsonOutputTests
{
    [Fact]
    public void Any_text_reads_back_as_itself() => Gen.String.Where(IsWellFormed).Sample(text =>
    {
        var output = new JsonOutput();
        output.StartObject();
        output.Name(text);
        output.String(text);
        output.EndObject();

        using var json = JsonDocument.Parse(output.Written);
        var member = json.RootElement.EnumerateObject().Single();
        return member.Name == text && member.Value.GetString() == text;
    });

    [Fact]
    public void Numbers_read_back_as_themselves() => Gen.Select(Gen.Double.Where(double.IsFinite), Gen.Long, Gen.ULong).Sample((d, l, u) =>
    {
        var output = new JsonOutput();
        output.StartArray();
        output.Number(d);
        output.Number(l);
        output.Number(u);
        output.EndArray();

        using var json = JsonDocument.Parse(output.Written);
        return json.RootElement[0].GetDouble().Equals(d) && json.RootElement[1].GetInt64() == l && json.RootElement[2].GetUInt64() == u;
    });

    [Fact]
    public void Commas_stand_between_members_and_elements_only()
    {
        var output = new JsonOutput();
        output.StartObject();
        output.Name(new JsonName("a"));
        output.StartArray();
        output.StartObject();
        output.EndObject();
        output.Bool(true);
        output.Null();
        output.Base64([1, 2, 3]);
        output.EndArray();
        output.Name("b\"");
        output.Raw("[1]");
        output.Name(new JsonName("ø"));
        output.Ascii("x"u8);
        output.EndObject();

        Assert.Equal("""{"a":[{},true,null,"AQID"],"b\"":[1],"\u00F8":"x"}""", Encoding.UTF8.GetString(output.Written.Span));
    }

    [Fact]
    public void Grows_with_what_is_written_and_starts_again_when_reset()
    {
        var output = new JsonOutput();
        var text = new string('\u0001', 100_000);
        output.String(text);
        Assert.Equal(text, JsonSerializer.Deserialize<string>(output.Written.Span));

        Assert.False(output.TryReset());
        output.Bool(false);
        Assert.Equal("false", Encoding.UTF8.GetString(output.Written.Span));
    }

    // Half a surrogate pair has no UTF-8.
    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                return false;
        }

        return true;
    }
}
