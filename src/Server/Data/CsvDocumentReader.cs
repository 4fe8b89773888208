using System.Text;
using nietras.SeparatedValues;
using Member = Dhis2Grpc.Server.Data.DataValueSetDocument;

namespace Dhis2Grpc.Server.Data;

/// <summary>Reads data values from comma-separated rows, in constant memory. Columns have DHIS2's order, whatever their names.</summary>
internal sealed class CsvDocumentReader(IFlatDocumentSink sink, bool firstRowIsHeader)
{
    private static readonly int[] _columns =
    [
        Member.DataElement, Member.Period, Member.OrgUnit, Member.CategoryOptionCombo, Member.AttributeOptionCombo, Member.Value,
        Member.StoredBy, Member.LastUpdated, Member.Comment, Member.Followup, Member.Deleted,
    ];

    private readonly FlatEntry _entry = new(Member.Shape.MemberCount);

    /// <summary>Reads a whole document.</summary>
    /// <exception cref="Errors.Dhis2Exception">It is empty, or its quotes do not match.</exception>
    public void Read(Stream stream, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024, leaveOpen: true);
        var line = 1;
        try
        {
            using var rows = Sep.New(',').Reader(o => o with { HasHeader = false, DisableColCountCheck = true, Unescape = true }).From(text);
            foreach (var row in rows)
            {
                line = row.LineNumberFrom;
                if ((row.RowIndex & 0xFFF) == 0)
                    cancellationToken.ThrowIfCancellationRequested();
                if ((firstRowIsHeader && row.RowIndex == 0) || row.Span.IsWhiteSpace())
                    continue;
                if (!Take(row))
                    return;
            }

            if (line == 1 && rows.IsEmpty)
                throw MalformedDocument.Because("The document is empty.");
        }
        catch (NotSupportedException e)
        {
            throw MalformedDocument.Because($"Malformed CSV after line {line}: {e.Message}", e);
        }
    }

    private bool Take(SepReader.Row row)
    {
        _entry.Clear();
        for (var column = 0; column < row.ColCount && column < _columns.Length; column++)
        {
            var member = _columns[column];
            var field = row[column].Span;
            if (member is Member.Followup or Member.Deleted)
                field = field.Equals("true", StringComparison.OrdinalIgnoreCase) ? "true" : "false";
            // An empty field says nothing, but an empty value is a value.
            if (field.IsEmpty && member != Member.Value)
                continue;
            var room = _entry.Reserve(Encoding.UTF8.GetMaxByteCount(field.Length));
            _entry.Keep(member, Encoding.UTF8.GetBytes(field, room));
        }

        return sink.Entry(_entry);
    }
}
