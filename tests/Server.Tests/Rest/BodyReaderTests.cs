using System.Buffers;
using System.Text;
using CsCheck;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Rest.Reading;
using Dhis2Grpc.Server.Rest.Schema;

namespace Server.Tests.Rest;

public sealed class BodyReaderTests
{
    private const string Document =
        """
        {"name": "Bjørn \u00e9", "jobParameters": {"lastYears": "2", "skipTableTypes": ["EVENT", null, ""], "skipPrograms": [1, "a"], "nope": [{"x": 1.5e3}]},
         "delay": 12.7, "enabled": "true", "jobType": "ANALYTICS_TABLE", "catchUpWindow": "3600", "code": null, "executedBy": "",
         "translations": [{"locale": "fr", "property": "NAME", "value": "Nom"},], "attributeValues": [{"attribute": {"id": "u"}, "value": true}],}
        """;

    private static readonly RestSchema _schema = new();
    private static readonly byte[] _document = Encoding.UTF8.GetBytes(Document);

    [Fact]
    public void A_document_is_read_member_by_member()
    {
        var job = Read(new ReadOnlySequence<byte>(_document));

        Assert.Equal(
            new JobConfiguration
            {
                Name = "Bjørn é",
                JobType = JobType.AnalyticsTable,
                Delay = new() { Seconds = 12 },
                Enabled = true,
                CatchUpWindow = new() { Seconds = 3600 },
                AnalyticsTable = new() { LastYears = 2, SkipTableTypes = { AnalyticsTableType.Event }, SkipPrograms = { "1", "a" } },
                Translations = { new Dhis2.Common.V1.Translation { Locale = "fr", Property = "NAME", Value = "Nom" } },
                AttributeValues = { new Dhis2.Common.V1.AttributeValue { Attribute = new() { Id = "u" }, Value = "true" } },
            },
            job);
    }

    [Theory]
    [InlineData(false, SchedulingType.OnceAsap)]
    [InlineData(true, SchedulingType.Unspecified)]
    public void What_callers_cannot_set_in_a_version_is_dropped(bool isUntil40, SchedulingType expected)
    {
        var job = new JobConfiguration();
        new BodyReader(new ReadOnlySequence<byte>("""{"schedulingType": "ONCE_ASAP", "name": "n"}"""u8.ToArray()), _schema, TimeZoneInfo.Utc, isUntil40).Read(job);

        Assert.Equal(("n", expected), (job.Name, job.SchedulingType));
    }

    [Fact]
    public void Pieces_of_any_size_are_read_as_one()
    {
        var whole = Read(new ReadOnlySequence<byte>(_document));
        Gen.Int[1, 40].Array[1, 60].Sample(sizes => Read(Piece.Of(_document, sizes)).Equals(whole), iter: 300);
    }

    [Fact]
    public void A_damaged_document_is_read_or_refused_with_409_and_a_position() =>
        Gen.Select(Gen.Int[0, _document.Length - 1], Gen.Byte, Gen.Int[0, 4]).Array[1, 4].Sample(
            damages =>
            {
                var bytes = _document.ToList();
                foreach (var (at, value, kind) in damages)
                {
                    var i = Math.Min(at, bytes.Count - 1);
                    if (kind == 0)
                        bytes.RemoveAt(i);
                    else if (kind == 1)
                        bytes.Insert(i, value);
                    else if (kind == 2)
                        bytes[i] = (byte)"{}[],:\"0-e"[value % 10];
                    else if (kind == 3)
                        bytes.RemoveRange(i, Math.Min(value, bytes.Count - i - 1));
                    else
                        bytes[i] = value;
                }

                try
                {
                    Read(new ReadOnlySequence<byte>(bytes.ToArray()));
                    return true;
                }
                catch (Dhis2Exception e)
                {
                    return e.HttpStatus == 409 && e.Message.Contains("(line ", StringComparison.Ordinal);
                }
            },
            iter: 20_000);

    [Theory]
    [InlineData("2.9", 2)]
    [InlineData("-2.9", -2)]
    [InlineData("\"007\"", 7)]
    [InlineData("2e1", 20)]
    [InlineData("2147483647.9", int.MaxValue)]
    public void Numbers_are_cut_to_whole_ones(string json, int expected) =>
        Assert.Equal(expected, Read(Job($$"""{"relativeStart": {{json}} }""")).Monitoring.RelativeStart);

    [Theory]
    [InlineData("2147483648")]
    [InlineData("1e400")]
    [InlineData("\"1 2\"")]
    [InlineData("\"NaN\"")]
    public void Numbers_that_do_not_fit_are_refused(string json) =>
        Assert.Throws<Dhis2Exception>(() => Read(Job($$"""{"relativeStart": {{json}} }""")));

    private static ReadOnlySequence<byte> Job(string parameters) =>
        new(Encoding.UTF8.GetBytes($$"""{"jobParameters": {{parameters}}, "jobType": "MONITORING"}"""));

    private static JobConfiguration Read(ReadOnlySequence<byte> body)
    {
        var job = new JobConfiguration();
        new BodyReader(body, _schema, TimeZoneInfo.Utc).Read(job);
        return job;
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Of(byte[] bytes, int[] sizes)
        {
            Piece? first = null, last = null;
            for (int at = 0, i = 0; at < bytes.Length; i++)
            {
                var size = Math.Min(sizes[i % sizes.Length], bytes.Length - at);
                var next = new Piece { Memory = bytes.AsMemory(at, size), RunningIndex = at };
                if (last is not null)
                    last.Next = next;
                (first, last) = (first ?? next, next);
                at += size;
            }

            return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
        }
    }
}
