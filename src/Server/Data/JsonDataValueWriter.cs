using System.Buffers;
using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dhis2Grpc.Server.Data;

/// <summary>Data values as a dataValueSets document.</summary>
internal sealed class JsonDataValueWriter(ArrayBufferWriter<byte> buffer) : IDataValueWriter, IDisposable
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8JsonWriter _json = new(buffer, _options);

    /// <inheritdoc/>
    public long Pending => _json.BytesPending + buffer.WrittenCount;

    /// <inheritdoc/>
    public void Begin(IEnumerable<(string Member, string Value)> header)
    {
        _json.WriteStartObject();
        foreach (var (member, value) in header)
            _json.WriteString(member, value);
        _json.WriteStartArray("dataValues");
    }

    /// <inheritdoc/>
    public void Write(DbDataReader row)
    {
        Span<byte> time = stackalloc byte[WireTime.Length];
        _json.WriteStartObject();
        Text("dataElement"u8, row, 0);
        Text("period"u8, row, 1);
        Text("orgUnit"u8, row, 2);
        Text("categoryOptionCombo"u8, row, 3);
        Text("attributeOptionCombo"u8, row, 4);
        Text("value"u8, row, 5);
        Text("storedBy"u8, row, 6);
        WireTime.Write(row.GetDateTime(7), time);
        _json.WriteString("created"u8, time);
        WireTime.Write(row.GetDateTime(8), time);
        _json.WriteString("lastUpdated"u8, time);
        Text("comment"u8, row, 9);
        _json.WriteBoolean("followup"u8, row.GetBoolean(10));
        if (row.GetBoolean(11))
            _json.WriteBoolean("deleted"u8, true);
        _json.WriteEndObject();
    }

    /// <inheritdoc/>
    public void End()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    /// <inheritdoc/>
    public void Flush() => _json.Flush();

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Text(ReadOnlySpan<byte> name, DbDataReader row, int column)
    {
        if (!row.IsDBNull(column))
            _json.WriteString(name, row.GetString(column));
    }
}
