using System.Text;
using System.Text.Json;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>A member's name or an enum's value, encoded once.</summary>
internal sealed class JsonName
{
    /// <summary>Encodes a name.</summary>
    public JsonName(string text)
    {
        Text = text;
        Value = Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(text)}\"");
        Member = [.. Value, (byte)':'];
    }

    /// <summary>The name.</summary>
    public string Text { get; }

    /// <summary>It in quotes.</summary>
    public byte[] Value { get; }

    /// <summary>It in quotes, with the colon that follows a member's name.</summary>
    public byte[] Member { get; }
}
