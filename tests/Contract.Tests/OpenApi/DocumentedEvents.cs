using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit.Sdk;

namespace Contract.Tests.OpenApi;

/// <summary>A stream of events, each judged when its last byte is read: lines of JSON, or server-sent events. A fault is
/// thrown at whoever reads.</summary>
internal sealed class DocumentedEvents : Stream
{
    private readonly Stream _inner;
    private readonly bool _events;
    private readonly Func<JsonElement, bool, IEnumerable<string>> _judge;
    private readonly MemoryStream _line = new();
    private readonly StringBuilder _data = new();
    private string _event = "";

    /// <summary>Judges what is read.</summary>
    /// <param name="inner">The stream.</param>
    /// <param name="events">It is of server-sent events.</param>
    /// <param name="judge">Tells what is wrong with an event, or with a failure.</param>
    public DocumentedEvents(Stream inner, bool events, Func<JsonElement, bool, IEnumerable<string>> judge) =>
        (_inner, _events, _judge) = (inner, events, judge);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A body of such a stream, with its headers as they were sent.</summary>
    public static HttpContent Content(DocumentedEvents stream, HttpContentHeaders sent)
    {
        var content = new StreamContent(stream);
        foreach (var header in sent.Where(h => h.Key != "Content-Length"))
            content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        return content;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = _inner.Read(buffer, offset, count);
        Take(buffer.AsSpan(offset, read));
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _inner.ReadAsync(buffer, cancellationToken);
        Take(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is var end and >= 0)
        {
            _line.Write(bytes[..end]);
            bytes = bytes[(end + 1)..];
            var line = Encoding.UTF8.GetString(_line.GetBuffer(), 0, (int)_line.Length);
            _line.SetLength(0);
            if (!_events)
                Judge(line, line.StartsWith("{\"httpStatus\"", StringComparison.Ordinal));
            else
                TakeField(line);
        }

        _line.Write(bytes);
    }

    private void TakeField(string line)
    {
        if (line.Length == 0)
        {
            if (_data.Length > 0)
                Judge(_data.ToString(), _event == "error");
            _data.Clear();
            _event = "";
        }
        else if (line.StartsWith("data: ", StringComparison.Ordinal))
        {
            _data.Append(line, 6, line.Length - 6);
        }
        else if (line.StartsWith("event: ", StringComparison.Ordinal))
        {
            _event = line[7..];
        }
        else if (!line.StartsWith("id: ", StringComparison.Ordinal) && !line.StartsWith("retry: ", StringComparison.Ordinal))
        {
            throw new XunitException($"The line is of no server-sent event: {line}");
        }
    }

    private void Judge(string json, bool failure)
    {
        using var body = JsonDocument.Parse(json);
        var faults = _judge(body.RootElement, failure).Take(20).ToList();
        if (faults.Count > 0)
            throw new XunitException($"An event is not as documented:\n{string.Join('\n', faults)}\n{json[..Math.Min(json.Length, 2000)]}");
    }
}
