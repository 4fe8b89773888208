using System.Globalization;
using System.Text;
using Dhis2Grpc.Server.Data;
using static Server.Tests.Data.DataWarehouse;

namespace Server.Tests.Data;

/// <summary>What it measures is of the whole process, so nothing else runs beside it.</summary>
[CollectionDefinition(nameof(LargeImportTests), DisableParallelization = true)]
[Collection(nameof(LargeImportTests))]
public class LargeImportTests
{
    private const int Values = 300_000;

    [Fact]
    public async Task Memory_per_value_is_bounded_and_every_value_arrives()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(Value(Number, "202401", Root, "1")));
        await using var document = new GeneratedDocument(Values, breakAt: null);
        await using var spool = await data.SpoolAsync([]);
        await spool.CopyFromAsync(document, Cancel);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var summary = await data.Import.ImportAsync(spool, new(), Admin, Cancel);
        var perValue = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Values;
        Assert.Equal(Values, summary.ImportCount.Imported);
        Assert.Equal(Values, await data.Files.ScalarAsync<long>("select count(*) - 1 from datavalue"));
        Assert.True(perValue < 200, $"{perValue:F0} bytes were allocated for each value");
        await spool.DisposeAsync();
        Assert.Empty(Directory.GetFiles(Path.Combine(data.Files.DataDirectory, "incoming")));
    }

    [Fact]
    public async Task Document_that_breaks_near_its_end_stores_nothing()
    {
        await using var data = await CreateAsync();
        await using var document = new GeneratedDocument(50_000, breakAt: 49_990);
        await using var spool = await data.SpoolAsync([]);
        await spool.CopyFromAsync(document, Cancel);
        var e = await Assert.ThrowsAsync<Dhis2Grpc.Server.Errors.Dhis2Exception>(() => data.Import.ImportAsync(spool, new(), Admin, Cancel));
        Assert.Contains("line 49992", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, await data.Files.ScalarAsync<long>("select count(*) from datavalue"));
        Assert.Equal(0, await data.Files.ScalarAsync<long>("select count(*) from period"));
    }

    [Fact]
    public async Task Cancelled_import_stores_nothing_and_frees_the_turn()
    {
        await using var data = await CreateAsync();
        using var cancel = new CancellationTokenSource();
        // Cancelled from within the document, so that it happens in the middle whatever the speed.
        await using var document = new GeneratedDocument(50_000, breakAt: null);
        await using var spool = await data.SpoolAsync([]);
        await spool.CopyFromAsync(document, Cancel);
        var reading = spool.OpenRead();
        var import = data.Import.ImportAsync(spool, new(), Admin, cancel.Token);
        while (reading.Position < reading.Length / 2 && !import.IsCompleted)
            await Task.Yield();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => import);
        Assert.Equal(0, await data.Files.ScalarAsync<long>("select count(*) from datavalue"));
        Assert.Equal(1, (await data.ImportAsync(Document(Value(Number, "202401", Root, "1")))).ImportCount.Imported);
    }

    [Fact]
    public async Task Imports_at_the_same_time_lose_no_update()
    {
        await using var data = await CreateAsync();
        var imports = Enumerable.Range(0, 8).Select(i => Task.Run(() => data.ImportAsync(Document(
            [.. Enumerable.Range(1, 28).Select(day => Value(Number, $"202402{day:00}", Root, $"{i + 1}")),
             .. Enumerable.Range(1, 28).Select(day => Value(Integer, $"2024{i + 1:00}{day:00}", Root, "1"))]))));
        var summaries = await Task.WhenAll(imports);
        // The first wrote 28 shared values, each of the others changed them; the rest are of each alone.
        Assert.Equal(28 + 8 * 28, summaries.Sum(s => s.ImportCount.Imported));
        Assert.Equal(7 * 28, summaries.Sum(s => s.ImportCount.Updated));
        Assert.Equal(28 + 8 * 28, await data.Files.ScalarAsync<long>("select count(*) from datavalue"));
        Assert.Equal(1, await data.Files.ScalarAsync<long>("select count(distinct value) from datavalue where dataelementid = 301"));
        Assert.Equal(8 * 28, await data.Files.ScalarAsync<long>("select count(*) from period"));
        Assert.Equal(8 * 28, await data.Files.ScalarAsync<long>("select count(distinct periodid) from period"));
    }

    /// <summary>A document made while it is read: one value a line, each of another day.</summary>
    private sealed class GeneratedDocument(int values, int? breakAt) : Stream
    {
        private readonly StringBuilder _text = new("{\"dataValues\":[\n");
        private byte[] _pending = [];
        private int _at;
        private int _next;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_at == _pending.Length && !Produce())
                return 0;
            var length = Math.Min(count, _pending.Length - _at);
            Array.Copy(_pending, _at, buffer, offset, length);
            _at += length;
            return length;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private bool Produce()
        {
            if (_next > values)
                return false;
            string[] units = [Root, North, South, Clinic];
            string[] elements = [Number, Integer, ZeroOrPositive, SignificantZero];
            for (var end = _next + 1000; _next < end && _next < values; _next++)
            {
                if (_next == breakAt)
                    _text.Append("{\"dataElement\":oops}\n");
                var day = new DateOnly(1950, 1, 1).AddDays(_next / 16);
                _text.Append(CultureInfo.InvariantCulture,
                    $"{{\"dataElement\":\"{elements[_next % 4]}\",\"period\":\"{day:yyyyMMdd}\",\"orgUnit\":\"{units[_next / 4 % 4]}\",\"value\":\"{_next % 977 + 1}\"}}{(_next == values - 1 ? "" : ",")}\n");
            }
            if (_next == values)
            {
                _text.Append("]}");
                _next++;
            }
            _pending = Encoding.UTF8.GetBytes(_text.ToString());
            _text.Clear();
            _at = 0;
            return true;
        }
    }
}
