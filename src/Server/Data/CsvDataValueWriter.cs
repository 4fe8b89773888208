using System.Buffers;
using System.Data.Common;
using System.Text;

namespace Dhis2Grpc.Server.Data;

/// <summary>Data values as comma-separated rows, with DHIS2's columns. There is no place for what holds for all of them.</summary>
internal sealed class CsvDataValueWriter(ArrayBufferWriter<byte> buffer) : IDataValueWriter
{
    private static readonly SearchValues<char> _quoted = SearchValues.Create("\",\r\n");

    /// <inheritdoc/>
    public long Pending => buffer.WrittenCount;

    /// <inheritdoc/>
    public void Begin(IEnumerable<(string Member, string Value)> header) =>
        buffer.Write("dataelement,period,orgunit,categoryoptioncombo,attributeoptioncombo,value,storedby,lastupdated,comment,followup,deleted\n"u8);

    /// <inheritdoc/>
    public void Write(DbDataReader row)
    {
        Span<byte> time = stackalloc byte[WireTime.Length];
        for (var column = 0; column <= 6; column++)
            Text(row, column);
        WireTime.Write(row.GetDateTime(8), time);
        buffer.Write(time);
        buffer.Write(","u8);
        Text(row, 9);
        buffer.Write(row.GetBoolean(10) ? "true,"u8 : "false,"u8);
        buffer.Write(row.GetBoolean(11) ? "true\n"u8 : "false\n"u8);
    }

    /// <inheritdoc/>
    public void End()
    {
    }

    /// <inheritdoc/>
    public void Flush()
    {
    }

    private void Text(DbDataReader row, int column)
    {
        var text = row.IsDBNull(column) ? "" : row.GetString(column);
        // A field that begins or ends with a space needs quotes to keep it.
        if (text.AsSpan().ContainsAny(_quoted) || (text.Length > 0 && (text[0] == ' ' || text[^1] == ' ')))
            text = $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var room = buffer.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length) + 1);
        var length = Encoding.UTF8.GetBytes(text, room);
        room[length] = (byte)',';
        buffer.Advance(length + 1);
    }
}
