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

        output.Reset();
        output.Bool(false);
        Assert.Equal("false", Encoding.UTF8.GetString(output.Written.Span));
    }

    [Fact]
    public void Repeats_the_last_values_that_were_kept_and_nothing_after_a_reset()
    {
        var output = new JsonOutput();
        var (values, selection) = (Enumerable.Range(0, 9).Select(i => $"v{i}").ToArray(), new Selection([]));
        output.StartArray();
        foreach (var value in values)
        {
            Assert.False(output.TryRepeat(value, selection));
            var start = output.Next;
            output.String(value);
            output.Keep(value, selection, start);
        }

        Assert.False(output.TryRepeat(values[0], selection));
        Assert.False(output.TryRepeat(values[8], null));
        Assert.True(output.TryRepeat(values[1], selection));
        Assert.True(output.TryRepeat(values[8], selection));
        output.EndArray();
        Assert.Equal("""["v0","v1","v2","v3","v4","v5","v6","v7","v8","v1","v8"]""", Encoding.UTF8.GetString(output.Written.Span));

        output.Reset();
        Assert.False(output.TryRepeat(values[8], selection));
    }

    [Fact]
    public void Joins_encoded_and_new_text()
    {
        var output = new JsonOutput();
        output.String(JsonOutput.Encode("http://\"é\"/"), JsonOutput.Encode("a\\b/"), "c\nd");
        Assert.Equal("http://\"é\"/a\\b/c\nd", JsonSerializer.Deserialize<string>(output.Written.Span));
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
