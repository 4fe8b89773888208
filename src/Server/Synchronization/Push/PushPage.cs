using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>Rows that are sent together: their JSON one behind the other, where each begins, their keys and data sets.</summary>
internal sealed class PushPage : IDisposable
{
    /// <summary>A page ends when it has so many bytes, however few its rows are.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private readonly PushKind _kind;
    private readonly List<int> _starts = [];
    private readonly List<long> _keys = [];
    private readonly List<string?> _dataSets = [];
    private byte[] _json = ArrayPool<byte>.Shared.Rent(256 * 1024);
    private int _length;

    /// <summary>An empty page.</summary>
    /// <param name="kind">What it is of.</param>
    /// <param name="after">Key of the row before its first.</param>
    /// <param name="hasDataSets">Its rows tell the data set that they are for.</param>
    public PushPage(PushKind kind, long[]? after, bool hasDataSets) => (_kind, After, HasDataSets) = (kind, after, hasDataSets);

    /// <summary>Its rows tell the data set that they are for.</summary>
    public bool HasDataSets { get; }

    /// <summary>Key of the row before its first; null when it is the very first.</summary>
    public long[]? After { get; }

    /// <summary>Key of its last row.</summary>
    public long[] Last => Key(Count - 1);

    /// <summary>Where it is in the order of keys.</summary>
    public KeyRange Range => new(After, Last);

    /// <summary>Number of rows.</summary>
    public int Count => _starts.Count;

    /// <summary>It has all the bytes that a page may have.</summary>
    public bool IsFull => _length >= MaxBytes;

    /// <summary>The whole page as a body, made ahead of its turn.</summary>
    public ReadOnlyMemory<byte> Prepared { get; private set; }

    /// <summary>Begins a row; its JSON follows by <see cref="Append(ReadOnlySpan{byte})"/>, and <see cref="End"/> ends it.</summary>
    public void Begin()
    {
        if (_length > 0)
            Append(","u8);
        _starts.Add(_length);
    }

    /// <summary>Adds to the row.</summary>
    public void Append(ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        json.CopyTo(_json.AsSpan(_length));
        _length += json.Length;
    }

    /// <summary>Adds to the row.</summary>
    public void Append(ReadOnlySpan<byte> json, ReadOnlySpan<byte> more)
    {
        Reserve(json.Length + more.Length);
        json.CopyTo(_json.AsSpan(_length));
        more.CopyTo(_json.AsSpan(_length + json.Length));
        _length += json.Length + more.Length;
    }

    /// <summary>Adds a text that needs no escapes.</summary>
    public void Append(string text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _json.AsSpan(_length));
    }

    /// <summary>Ends the row.</summary>
    public void End(ReadOnlySpan<long> key, string? dataSet)
    {
        _keys.AddRange(key);
        if (HasDataSets)
            _dataSets.Add(dataSet);
    }

    /// <summary>Key of a row.</summary>
    public long[] Key(int row) => [.. _keys.GetRange(row * PushKind.KeyLength, PushKind.KeyLength)];

    /// <summary>All rows by the data set they are for, each group in the order of the page.</summary>
    public IEnumerable<(string? DataSet, int[] Rows)> ByDataSet() =>
        Enumerable.Range(0, Count).GroupBy(i => _dataSets[i]).Select(g => (g.Key, g.ToArray()));

    /// <summary>Makes the body of the whole page.</summary>
    public void Prepare(bool compress) => Prepared = Body(null, null, compress);

    /// <summary>A document of some rows, or of all.</summary>
    public ReadOnlyMemory<byte> Body(int[]? rows, string? dataSet, bool compress)
    {
        using var body = new MemoryStream(compress ? 64 * 1024 : _length + 256);
        if (compress)
        {
            using var gzip = new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true);
            Write(gzip, rows, dataSet);
        }
        else
        {
            Write(body, rows, dataSet);
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_json);
        _json = [];
    }

    private void Write(Stream output, int[]? rows, string? dataSet)
    {
        output.Write(Encoding.UTF8.GetBytes(dataSet is null ? $"{{\"{_kind.Array}\":[" : $"{{\"dataSet\":\"{dataSet}\",\"{_kind.Array}\":["));
        if (rows is null)
        {
            output.Write(_json.AsSpan(0, _length));
        }
        else
        {
            for (var i = 0; i < rows.Length; i++)
            {
                if (i > 0)
                    output.WriteByte((byte)',');
                output.Write(Row(rows[i]));
            }
        }
        output.Write("]}"u8);
    }

    private ReadOnlySpan<byte> Row(int row)
    {
        var end = row + 1 < Count ? _starts[row + 1] - 1 : _length;
        return _json.AsSpan(_starts[row], end - _starts[row]);
    }

    private void Reserve(int room)
    {
        if (_json.Length - _length >= room)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_json.Length * 2, _length + room));
        _json.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_json);
        _json = larger;
    }
}
