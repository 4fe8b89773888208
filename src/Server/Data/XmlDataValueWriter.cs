using System.Buffers;
using System.Data.Common;
using System.Text;
using System.Xml;

namespace Dhis2Grpc.Server.Data;

/// <summary>Data values as DHIS2's XML.</summary>
internal sealed class XmlDataValueWriter : IDataValueWriter, IDisposable
{
    private const string Namespace = "http://dhis2.org/schema/dxf/2.0";

    private readonly ArrayBufferWriter<byte> _buffer;
    private readonly XmlWriter _xml;

    /// <summary>A writer into the buffer.</summary>
    public XmlDataValueWriter(ArrayBufferWriter<byte> buffer)
    {
        _buffer = buffer;
        // Values may hold what XML cannot; those characters are left out by the text below.
        _xml = XmlWriter.Create(new BufferStream(buffer), new XmlWriterSettings { Encoding = new UTF8Encoding(false), CheckCharacters = false, CloseOutput = false });
    }

    /// <inheritdoc/>
    public long Pending => _buffer.WrittenCount;

    /// <inheritdoc/>
    public void Begin(IEnumerable<(string Member, string Value)> header)
    {
        _xml.WriteStartElement("dataValueSet", Namespace);
        foreach (var (member, value) in header)
            _xml.WriteAttributeString(member, Sound(value));
    }

    /// <inheritdoc/>
    public void Write(DbDataReader row)
    {
        _xml.WriteStartElement("dataValue", Namespace);
        Text("dataElement", row, 0);
        Text("period", row, 1);
        Text("orgUnit", row, 2);
        Text("categoryOptionCombo", row, 3);
        Text("attributeOptionCombo", row, 4);
        Text("value", row, 5);
        Text("storedBy", row, 6);
        Time("created", row, 7);
        Time("lastUpdated", row, 8);
        Text("comment", row, 9);
        _xml.WriteAttributeString("followUp", row.GetBoolean(10) ? "true" : "false");
        if (row.GetBoolean(11))
            _xml.WriteAttributeString("deleted", "true");
        _xml.WriteEndElement();
    }

    /// <inheritdoc/>
    public void End() => _xml.WriteEndElement();

    /// <inheritdoc/>
    public void Flush() => _xml.Flush();

    /// <inheritdoc/>
    public void Dispose() => _xml.Dispose();

    private void Text(string name, DbDataReader row, int column)
    {
        if (!row.IsDBNull(column))
            _xml.WriteAttributeString(name, Sound(row.GetString(column)));
    }

    private void Time(string name, DbDataReader row, int column)
    {
        Span<byte> time = stackalloc byte[WireTime.Length];
        WireTime.Write(row.GetDateTime(column), time);
        _xml.WriteAttributeString(name, Encoding.ASCII.GetString(time));
    }

    private static string Sound(string text) =>
        text.All(XmlConvert.IsXmlChar) ? text : string.Concat(text.EnumerateRunes().Where(r => r.Value > char.MaxValue || XmlConvert.IsXmlChar((char)r.Value)));

    private sealed class BufferStream(ArrayBufferWriter<byte> buffer) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] bytes, int offset, int count) => buffer.Write(bytes.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);

        public override void Flush()
        {
        }

        public override int Read(byte[] bytes, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
