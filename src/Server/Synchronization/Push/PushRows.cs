using System.Buffers;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Dhis2Grpc.Server.Data;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>Writes a row as DHIS2's JSON.</summary>
internal delegate bool PushRowWriter(DbDataReader row, ReadOnlySpan<long> key, PushNames names, PushPage page);

/// <summary>Writes rows as DHIS2's JSON, straight into the page: names are bytes that were made once, and a text is looked at for
/// what must be escaped before it is.</summary>
internal static class PushRows
{
    private static readonly SearchValues<char> Special = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (char)i), '"', '\\']);

    /// <summary>Writes a data value.</summary>
    public static bool WriteValue(DbDataReader row, ReadOnlySpan<long> key, PushNames names, PushPage page)
    {
        if (!names.DataElements.TryGetValue(key[0], out var element) || !names.Periods.TryGetValue(key[1], out var period)
            || !names.OrgUnits.TryGetValue(key[2], out var unit) || !names.OptionCombos.TryGetValue(key[3], out var combo)
            || !names.OptionCombos.TryGetValue(key[4], out var attribute))
            return false;
        page.Begin();
        page.Append("{\"dataElement\":\""u8, element);
        page.Append("\",\"period\":\""u8, period);
        page.Append("\",\"orgUnit\":\""u8, unit);
        page.Append("\",\"categoryOptionCombo\":\""u8, combo);
        page.Append("\",\"attributeOptionCombo\":\""u8, attribute);
        page.Append("\""u8);
        Text(page, ",\"value\":\""u8, row, 5);
        Text(page, ",\"storedBy\":\""u8, row, 6);
        Time(page, ",\"created\":\""u8, row.GetDateTime(7));
        Time(page, ",\"lastUpdated\":\""u8, row.GetDateTime(8));
        Text(page, ",\"comment\":\""u8, row, 9);
        // Up to 2.42 followup is read, from 2.43 on followUp.
        page.Append(row.GetBoolean(10) ? ",\"followup\":true,\"followUp\":true"u8 : ",\"followup\":false"u8);
        page.Append(row.GetBoolean(11) ? ",\"deleted\":true}"u8 : "}"u8);
        return true;
    }

    /// <summary>Writes a completeness registration.</summary>
    public static bool WriteRegistration(DbDataReader row, ReadOnlySpan<long> key, PushNames names, PushPage page)
    {
        if (!names.DataSets.TryGetValue(key[0], out var dataSet) || !names.Periods.TryGetValue(key[1], out var period)
            || !names.OrgUnits.TryGetValue(key[2], out var unit) || !names.OptionCombos.TryGetValue(key[4], out var attribute))
            return false;
        page.Begin();
        page.Append("{\"dataSet\":\""u8, dataSet);
        page.Append("\",\"period\":\""u8, period);
        page.Append("\",\"organisationUnit\":\""u8, unit);
        page.Append("\",\"attributeOptionCombo\":\""u8, attribute);
        page.Append("\""u8);
        Day(page, ",\"date\":\""u8, row, 5);
        Text(page, ",\"storedBy\":\""u8, row, 6);
        Text(page, ",\"lastUpdatedBy\":\""u8, row, 7);
        // To the day is too coarse for nodes that must agree on which change was the last.
        if (!row.IsDBNull(8))
            Time(page, ",\"lastUpdated\":\""u8, row.GetDateTime(8));
        page.Append(row.GetBoolean(9) ? ",\"completed\":true}"u8 : ",\"completed\":false}"u8);
        return true;
    }

    private static void Text(PushPage page, ReadOnlySpan<byte> member, DbDataReader row, int column)
    {
        if (row.IsDBNull(column))
            return;
        var text = row.GetString(column);
        page.Append(member);
        if (text.AsSpan().IndexOfAny(Special) < 0)
            page.Append(text);
        else
            page.Append(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        page.Append("\""u8);
    }

    private static void Time(PushPage page, ReadOnlySpan<byte> member, DateTime time)
    {
        Span<byte> text = stackalloc byte[WireTime.Length + 1];
        WireTime.Write(time, text);
        text[^1] = (byte)'"';
        page.Append(member, text);
    }

    private static void Day(PushPage page, ReadOnlySpan<byte> member, DbDataReader row, int column)
    {
        if (!row.IsDBNull(column))
            page.Append(member, Encoding.UTF8.GetBytes(row.GetDateTime(column).ToString("yyyy-MM-dd'\"'", CultureInfo.InvariantCulture)));
    }
}
