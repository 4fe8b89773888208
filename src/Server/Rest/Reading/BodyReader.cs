using System.Buffers;
using System.Text;
using System.Text.Json;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Rest.Schema;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest.Reading;

/// <summary>Reads a JSON body straight into a message, in one pass and as leniently as DHIS2: numbers as texts, texts as
/// numbers, fractions cut, empty texts as absent, unknown and read-only members dropped, trailing commas accepted.
/// One instance reads one body.</summary>
/// <param name="body">The body.</param>
/// <param name="schema">How messages look in JSON.</param>
/// <param name="zone">Zone of dates without offset.</param>
/// <param name="isUntil40">What callers could not set before DHIS2 2.41 is dropped too.</param>
internal sealed class BodyReader(ReadOnlySequence<byte> body, RestSchema schema, TimeZoneInfo zone, bool isUntil40 = false)
{
    private static readonly JsonReaderOptions _options = new() { AllowTrailingCommas = true, MaxDepth = 64 };

    /// <summary>Reads the body into the message.</summary>
    /// <returns>False when the body is JSON null.</returns>
    /// <exception cref="Dhis2Exception">The body is not JSON, or a member has a value it cannot have (409, as DHIS2).</exception>
    public bool Read(IMessage message)
    {
        var some = true;
        Whole((ref Utf8JsonReader reader) =>
        {
            some = reader.TokenType != JsonTokenType.Null;
            if (!some)
                return;
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Problem(ref reader, "The request body must be a JSON object");
            ReadObject(ref reader, message);
        });
        return some;
    }

    /// <summary>Reads the body, an array, into a repeated field.</summary>
    /// <exception cref="Dhis2Exception">The body is not JSON (409), or no such array (400).</exception>
    public void ReadArray(IMessage message, FieldDescriptor field)
    {
        var list = (System.Collections.IList)field.Accessor.GetValue(message);
        var member = new ReadMember(field, schema);
        Whole((ref Utf8JsonReader reader) =>
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw Invalid("The request body must be a JSON array of operations.");
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw Invalid("Each operation must be a JSON object.");
                list.Add(ReadElement(ref reader, member));
            }
        });
    }

    /// <summary>Reads the body, an object, as its text.</summary>
    /// <exception cref="Dhis2Exception">The body is not JSON, or no object (409).</exception>
    public string ReadObject()
    {
        var text = "";
        Whole((ref Utf8JsonReader reader) =>
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Problem(ref reader, "The request body must be a JSON object");
            text = RawText(ref reader);
        });
        return text;
    }

    /// <summary>Reads the body as one JSON text.</summary>
    /// <returns>The text; null when the body is something else.</returns>
    public string? ReadText()
    {
        try
        {
            var reader = new Utf8JsonReader(body, _options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                return null;
            var text = reader.GetString();
            return reader.Read() ? null : text;
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
    }

    private delegate void Reading(ref Utf8JsonReader reader);

    private void Whole(Reading read)
    {
        var reader = new Utf8JsonReader(body, _options);
        try
        {
            reader.Read();
            read(ref reader);
            // Reads on to the end, so that anything after the value is noticed.
            while (reader.Read())
            {
            }
        }
        catch (JsonException e)
        {
            throw Malformed(e);
        }
        catch (InvalidOperationException e) when (e.InnerException is DecoderFallbackException || e.Source == "System.Text.Json.Rethrowable")
        {
            throw Problem(ref reader, "The request body holds a text that is not valid UTF-8");
        }
    }

    private void ReadObject(ref Utf8JsonReader reader, IMessage message)
    {
        var plan = schema.Read(message.Descriptor);
        var parameters = default(Utf8JsonReader);
        var hasParameters = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (plan.Typed?.JsonName == name)
            {
                // The type may be told after the parameters: they are read when the object has ended.
                reader.Read();
                parameters = reader;
                hasParameters = true;
                reader.Skip();
            }
            else if (plan.Find(name) is { } member && !(isUntil40 && member.Options.ReadOnlyUntil40))
            {
                reader.Read();
                ReadMember(ref reader, message, member);
            }
            else
            {
                reader.Skip();
            }
        }

        if (hasParameters && plan.Typed!.MemberFor(message) is { } field)
            ReadMessage(ref parameters, message, field, plan.Typed.JsonName);
    }

    private void ReadMember(ref Utf8JsonReader reader, IMessage message, ReadMember member)
    {
        var field = member.Field;
        if (field.IsMap)
            ReadMap(ref reader, message, member);
        else if (field.IsRepeated)
            ReadArray(ref reader, message, member);
        else if (!ScalarInput.IsScalar(field))
            ReadMessage(ref reader, message, field, field.JsonName);
        else if (ReadScalar(ref reader, member) is { } value)
            field.Accessor.SetValue(message, value);
        else
            field.Accessor.Clear(message);
    }

    private void ReadMessage(ref Utf8JsonReader reader, IMessage message, FieldDescriptor field, string name)
    {
        if (IsNothing(ref reader))
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Problem(ref reader, $"`{name}` must be an object");
        var value = field.MessageType.Parser.ParseFrom(ByteString.Empty);
        ReadObject(ref reader, value);
        field.Accessor.SetValue(message, value);
    }

    private void ReadArray(ref Utf8JsonReader reader, IMessage message, ReadMember member)
    {
        var list = (System.Collections.IList)member.Field.Accessor.GetValue(message);
        list.Clear();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            if (!member.Options.AcceptSingle)
                throw Problem(ref reader, $"`{member.Field.JsonName}` must be an array");
            AddElement(ref reader, list, member);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            AddElement(ref reader, list, member);
    }

    private void AddElement(ref Utf8JsonReader reader, System.Collections.IList list, ReadMember member)
    {
        if (ReadElement(ref reader, member) is not { } value)
            return;
        if (member.Options.Parameter is not { Set: true } || !list.Contains(value))
            list.Add(value);
    }

    private void ReadMap(ref Utf8JsonReader reader, IMessage message, ReadMember member)
    {
        var map = (System.Collections.IDictionary)member.Field.Accessor.GetValue(message);
        map.Clear();
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Problem(ref reader, $"`{member.Field.JsonName}` must be an object");
        var key = new ReadMember(member.Field.MessageType.FindFieldByNumber(1), schema);
        var value = new ReadMember(member.Field.MessageType.FindFieldByNumber(2), schema);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var k = ScalarInput.Parse(key, reader.GetString()!, zone) ?? throw Problem(ref reader, $"A key of `{member.Field.JsonName}` must be {ScalarInput.Expected(key)}");
            reader.Read();
            if (ReadElement(ref reader, value) is { } v)
                map[k] = v;
        }
    }

    private object? ReadElement(ref Utf8JsonReader reader, ReadMember member)
    {
        if (ScalarInput.IsScalar(member.Field))
            return ReadScalar(ref reader, member);
        if (IsNothing(ref reader))
            return null;
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Problem(ref reader, $"An element of `{member.Field.JsonName}` must be an object");
        var value = member.Field.MessageType.Parser.ParseFrom(ByteString.Empty);
        ReadObject(ref reader, value);
        return value;
    }

    private object? ReadScalar(ref Utf8JsonReader reader, ReadMember member)
    {
        if (member.Options.RawJson)
            return RawText(ref reader);
        if (IsNothing(ref reader))
            return null;
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString(),
            JsonTokenType.Number => RawText(ref reader),
            JsonTokenType.True => "true",
            JsonTokenType.False => "false",
            _ => null,
        };
        if (text is not null && ScalarInput.Parse(member, text, zone) is { } value)
            return member.Names is null ? value : System.Enum.ToObject(member.Field.EnumType.ClrType, value);
        var got = text is null ? reader.TokenType == JsonTokenType.StartArray ? "an array" : "an object" : $"`{Shortened(text)}`";
        throw Problem(ref reader, $"`{member.Field.JsonName}` must be {ScalarInput.Expected(member)}, but is {got}");
    }

    // Null, and the empty text that stands for it.
    private static bool IsNothing(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null
        || (reader.TokenType == JsonTokenType.String && (reader.HasValueSequence ? reader.ValueSequence.IsEmpty : reader.ValueSpan.IsEmpty));

    private string RawText(ref Utf8JsonReader reader)
    {
        var start = reader.TokenStartIndex;
        reader.Skip();
        return Encoding.UTF8.GetString(body.Slice(start, reader.BytesConsumed - start));
    }

    private static string Shortened(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 80), "...");

    private Dhis2Exception Problem(ref Utf8JsonReader reader, string message)
    {
        long line = 1, column = 1;
        foreach (var segment in body.Slice(0, reader.TokenStartIndex))
        {
            foreach (var b in segment.Span)
                (line, column) = b == (byte)'\n' ? (line + 1, 1) : (line, column + 1);
        }

        return Refused($"{message} (line {line}, column {column}).");
    }

    private static Dhis2Exception Invalid(string message) => new(ErrorKind.InvalidArgument, message, "E1003");

    private static Dhis2Exception Malformed(JsonException e)
    {
        // The parser's own message ends with a position that counts from 0.
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var message = end < 0 ? e.Message : e.Message[..end];
        return Refused($"The request body is not valid JSON: {message} (line {e.LineNumber + 1}, column {e.BytePositionInLine + 1})", e);
    }

    private static Dhis2Exception Refused(string message, Exception? inner = null) =>
        new(ErrorKind.InvalidArgument, message, inner: inner) { HttpStatus = StatusCodes.Status409Conflict };
}
