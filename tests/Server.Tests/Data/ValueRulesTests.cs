using System.Text;
using CsCheck;
using Dhis2Grpc.Server.Data;

namespace Server.Tests.Data;

public class ValueRulesTests
{
    [Theory]
    [InlineData("NUMBER", "0 -0 1 -1 10 1.5 -0.25 0.0 1E5 1.5E-3", "a 01 1. .5 +1 1,5 -")]
    [InlineData("INTEGER", "0 1 -1 10 -200", "1.0 01 -0 1E3 a -")]
    [InlineData("INTEGER_POSITIVE", "1 10", "0 -1 01 1.0")]
    [InlineData("INTEGER_NEGATIVE", "-1 -10", "0 1 -0 -1.0")]
    [InlineData("INTEGER_ZERO_OR_POSITIVE", "0 1 10", "-1 00 1.0")]
    [InlineData("UNIT_INTERVAL", "0 1 0.5", "1.1 -0.1 a")]
    [InlineData("PERCENTAGE", "0 100 55.5", "101 -1 100.1")]
    [InlineData("BOOLEAN", "true false", "yes TRUE 1")]
    [InlineData("TRUE_ONLY", "true", "false 1")]
    [InlineData("DATE", "2024-02-29 1999-12-31", "2023-02-29 20240229 2024-2-1 today")]
    [InlineData("AGE", "2024-02-29", "12")]
    [InlineData("DATETIME", "2024-02-29T10:00 2024-02-29T10:00:00.000+0000 2024-02-29T10:00:00Z", "2024-02-29 2024-02-29T25:00")]
    [InlineData("TIME", "00:00 23:59", "24:00 9:00 12:60")]
    [InlineData("LETTER", "a Z é", "ab 1 -")]
    [InlineData("EMAIL", "a@b.org x.y@z.co.uk", "a a@b @b.org a@b@c.d")]
    [InlineData("URL", "https://dhis2.org http://a/b", "dhis2.org ftp://x")]
    [InlineData("COORDINATE", "[10.5,-3.25] [0,0] [-180,90]", "[200,0] 10,20 [1] [a,b]")]
    [InlineData("FILE_RESOURCE", "abcdefghijk", "short 1bcdefghijk abcdefghij_")]
    [InlineData("TEXT", "anything 1", "")]
    [InlineData("LONG_TEXT", "anything", "")]
    public void Type_takes_its_values_and_no_others(string type, string good, string bad)
    {
        var parsed = ValueTypes.Parse(type);
        Assert.All(good.Split(' ', StringSplitOptions.RemoveEmptyEntries), v => Assert.Null(ValueRules.Problem(Encoding.UTF8.GetBytes(v), parsed)));
        Assert.All(bad.Split(' ', StringSplitOptions.RemoveEmptyEntries), v => Assert.NotNull(ValueRules.Problem(Encoding.UTF8.GetBytes(v), parsed)));
    }

    [Theory]
    [InlineData("1", "true")]
    [InlineData("t", "true")]
    [InlineData("TRUE", "true")]
    [InlineData("0", "false")]
    [InlineData("F", "false")]
    [InlineData("False", "false")]
    [InlineData("yes", "yes")]
    public void Truth_values_are_spelled_one_way(string value, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ValueRules.NormaliseBoolean(Encoding.UTF8.GetBytes(value))));

    [Theory]
    [InlineData("0", true)]
    [InlineData("0.00", true)]
    [InlineData("0.", false)]
    [InlineData("0.01", false)]
    [InlineData("00", false)]
    [InlineData("", false)]
    public void Zero_is_recognised(string value, bool expected) => Assert.Equal(expected, ValueRules.IsZero(Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void Every_number_that_is_written_plainly_is_one() => Gen.Decimal[-1e12m, 1e12m].Sample(number =>
        ValueRules.Problem(Encoding.UTF8.GetBytes(number.ToString(System.Globalization.CultureInfo.InvariantCulture)), Dhis2Grpc.Server.Data.ValueType.Number) is null);

    [Theory]
    [InlineData("2024-02-03", "2024-02-03T00:00:00.000+0000")]
    [InlineData("2024-02-03T04:05", "2024-02-03T04:05:00.000+0000")]
    [InlineData("2024-02-03 04:05:06", "2024-02-03T04:05:06.000+0000")]
    [InlineData("2024-02-03T04:05:06.7", "2024-02-03T04:05:06.700+0000")]
    [InlineData("2024-02-03T04:05:06.123456Z", "2024-02-03T04:05:06.123+0000")]
    [InlineData("2024-02-03T04:05:06.123+0000", "2024-02-03T04:05:06.123+0000")]
    [InlineData("2024-02-03T01:05:06+02:00", "2024-02-02T23:05:06.000+0000")]
    [InlineData("2024-02-03T22:05:06-0330", "2024-02-04T01:35:06.000+0000")]
    public void Instants_of_all_ages_are_read(string text, string expected)
    {
        Assert.True(WireTime.TryParse(Encoding.UTF8.GetBytes(text), out var time));
        Span<byte> written = stackalloc byte[WireTime.Length];
        WireTime.Write(time, written);
        Assert.Equal(expected, Encoding.UTF8.GetString(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2024-02-30")]
    [InlineData("20240203")]
    [InlineData("2024-02-03T")]
    [InlineData("2024-02-03T4:05")]
    [InlineData("2024-02-03T04:05:60")]
    [InlineData("2024-02-03T04:05:06.")]
    [InlineData("2024-02-03T04:05:06+")]
    [InlineData("2024-02-03T04:05:06+99:00")]
    [InlineData("2024-02-03T04:05:06Zx")]
    [InlineData("yesterday at noon")]
    public void Other_instants_are_refused(string text) => Assert.False(WireTime.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Instants_round_trip_to_the_millisecond() =>
        Gen.Long[0, 253402300799999L - 86400000].Select(ms => DateTime.UnixEpoch.AddMilliseconds(ms % 4102444800000)).Sample(time =>
        {
            Span<byte> written = stackalloc byte[WireTime.Length];
            WireTime.Write(time, written);
            Assert.True(WireTime.TryParse(written, out var read));
            Assert.Equal(time, read);
        });

    [Fact]
    public void Identifiers_of_any_length_find_their_number() =>
        Gen.String[Gen.Char.AlphaNumeric, 0, 30].Array[0, 200].Sample(keys =>
        {
            var map = new IdentifierMap();
            var model = new Dictionary<string, int>();
            foreach (var (i, key) in keys.Index())
            {
                map.Set(key, i);
                model[key] = i;
            }
            Assert.All(model, pair => Assert.Equal(pair.Value, map.Get(Encoding.UTF8.GetBytes(pair.Key))));
            Assert.Equal(model.GetValueOrDefault("absent key", -1), map.Get("absent key"u8));
            Assert.Equal(model.GetValueOrDefault("absent\0", -1), map.Get("absent\0"u8));
        });
}
