using System.Text;
using System.Xml;
using Member = Dhis2Grpc.Server.Data.DataValueSetDocument;

namespace Dhis2Grpc.Server.Data;

/// <summary>Reads data values from DHIS2's XML, element by element in constant memory: an element <c>dataValueSet</c> whose attributes
/// hold for all, and in it elements <c>dataValue</c>.</summary>
internal sealed class XmlDocumentReader(IFlatDocumentSink sink)
{
    // Nothing outside the document is read, and nothing in it can grow.
    private static readonly XmlReaderSettings _settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreWhitespace = true,
        IgnoreProcessingInstructions = true,
        CloseInput = false,
    };

    private readonly FlatEntry _entry = new(Member.Shape.MemberCount);

    /// <summary>Reads a whole document.</summary>
    /// <exception cref="Errors.Dhis2Exception">It is malformed, or of something else.</exception>
    public void Read(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            using var xml = XmlReader.Create(stream, _settings);
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "dataValueSet")
                throw MalformedDocument.Because($"The document must be an element dataValueSet, not {xml.LocalName}.");
            foreach (var (number, text) in Attributes(xml, Member.Shape.HeaderNumber))
                sink.Header(number, text);
            var count = 0;
            while (xml.Read())
            {
                if ((count & 0xFFF) == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "dataValue")
                    continue;
                count++;
                if (!Take(xml))
                    return;
            }
        }
        catch (XmlException e)
        {
            throw MalformedDocument.Because($"Malformed XML: {e.Message}", e);
        }
    }

    private bool Take(XmlReader xml)
    {
        _entry.Clear();
        foreach (var (number, text) in Attributes(xml, Member.Shape.MemberNumber))
        {
            var room = _entry.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
            _entry.Keep(number, Encoding.UTF8.GetBytes(text, room));
        }

        return sink.Entry(_entry);
    }

    private static IEnumerable<(int Number, string Text)> Attributes(XmlReader xml, NumberOf numberOf)
    {
        while (xml.MoveToNextAttribute())
        {
            if (numberOf(Encoding.UTF8.GetBytes(xml.LocalName)) is var number and >= 0)
                yield return (number, xml.Value);
        }

        xml.MoveToElement();
    }

    private delegate int NumberOf(ReadOnlySpan<byte> name);
}
