using System.Text.Json;
using Dhis2Grpc.Server.Metadata.Model;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>A reference as an object gives it.</summary>
/// <param name="Path">Which reference of the type.</param>
/// <param name="Position">Position in its list, from 0.</param>
/// <param name="Uid">UID given.</param>
/// <param name="Code">Code given.</param>
internal readonly record struct GivenReference(Reference Path, int Position, string? Uid, string? Code);

/// <summary>Checks one object by itself: types and lengths of its properties, what is required, the form of its UID; and
/// collects what it refers to.</summary>
internal sealed class ObjectCheck
{
    private const int NameLength = 230;
    private const int CodeLength = 50;

    private readonly MetadataType _type;
    private readonly JsonElement _object;

    public ObjectCheck(MetadataType type, JsonElement root)
    {
        _type = type;
        _object = root;
        Uid = CheckUid();
        // Options have codes as long as names, and types without tables may use either for something else.
        Code = CheckText("code", type.Table is null ? int.MaxValue : CodeLength, false);
        Name = CheckText("name", type.Table is null ? int.MaxValue : NameLength, type.NameRequired);
        Created = CheckTime("created");
        LastUpdated = CheckTime("lastUpdated");
        foreach (var property in type.Properties) Check(property);
        foreach (var reference in type.References) Collect(reference);
    }

    /// <summary>UID given, malformed or not; null when there is none.</summary>
    public string? Uid { get; }

    /// <summary>Code.</summary>
    public string? Code { get; }

    /// <summary>Name.</summary>
    public string? Name { get; }

    /// <summary>Short name, of types that have one.</summary>
    public string? ShortName { get; private set; }

    /// <summary>Creation time in UTC.</summary>
    public DateTime? Created { get; }

    /// <summary>Time of the last change in UTC.</summary>
    public DateTime? LastUpdated { get; }

    /// <summary>What is wrong.</summary>
    public List<ImportError> Errors { get; } = [];

    /// <summary>What it refers to.</summary>
    public List<GivenReference> References { get; } = [];

    private string? CheckUid()
    {
        if (!TryGet("id", out var value)) return null;
        var uid = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (!Metadata.Uid.IsValid(uid)) Errors.Add(ImportError.BadUid(uid, _type.ShortClass));
        return uid;
    }

    private string? CheckText(string name, int maxLength, bool required)
    {
        if (!TryGet(name, out var value))
        {
            if (required) Errors.Add(ImportError.Missing(name));
            return null;
        }
        if (Scalars.Text(value) is not { } text)
        {
            Errors.Add(BadValue(name, value));
            return null;
        }
        if (text.Length > maxLength) Errors.Add(ImportError.TooLong(name, maxLength, text.Length));
        else if (required && text.Length == 0) Errors.Add(ImportError.Empty(name, maxLength));
        return text;
    }

    private DateTime? CheckTime(string name)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String && Scalars.TryTime(value.GetString()!, out var time)) return time;
        Errors.Add(BadValue(name, value));
        return null;
    }

    private void Check(Property property)
    {
        if (property.Kind == PropertyKind.Text)
        {
            var text = CheckText(property.Name, property.MaxLength, property.Required);
            if (property.Name == "shortName") ShortName = text;
            return;
        }
        if (!TryGet(property.Name, out var value))
        {
            if (property.Required) Errors.Add(ImportError.Missing(property.Name));
            return;
        }
        if (!Scalars.Fits(property, value)) Errors.Add(BadValue(property.Name, value));
    }

    private void Collect(Reference reference)
    {
        var before = References.Count;
        Walk(_object, reference, 0, 0);
        if (reference.Required && References.Count == before && !TryGet(reference.Association, out _)) Errors.Add(ImportError.Missing(reference.Path));
    }

    private void Walk(JsonElement from, Reference reference, int step, int position)
    {
        if (!from.TryGetProperty(reference.Steps[step], out var value) || value.ValueKind == JsonValueKind.Null) return;
        var last = step == reference.Steps.Length - 1;
        var isList = last ? reference.Path.EndsWith(']') : reference.Path.Contains("[]", StringComparison.Ordinal);
        if (value.ValueKind != (isList ? JsonValueKind.Array : JsonValueKind.Object))
        {
            AddOnce(BadValue(reference.Association, value));
            return;
        }
        if (!isList)
        {
            Take(value, reference, position);
            return;
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) AddOnce(BadValue(reference.Association, item));
            else if (last) Take(item, reference, index);
            else Walk(item, reference, step + 1, index);
            index++;
        }
    }

    private void Take(JsonElement value, Reference reference, int position)
    {
        var uid = Member(value, "id");
        var code = Member(value, "code");
        // Objects named "default" have the same UID everywhere, whatever the sender calls them.
        if (MetadataTypes.Of(reference.Target).DefaultUid is { } fixedUid && (Member(value, "name") == DefaultObjects.Name || (uid is null && code == DefaultObjects.Name)))
            uid = fixedUid;
        if (uid is null && code is null) AddOnce(BadValue(reference.Association, value));
        else References.Add(new GivenReference(reference, position, uid, code));
    }

    // Both references of a data set element walk the same list.
    private void AddOnce(ImportError error)
    {
        if (!Errors.Contains(error)) Errors.Add(error);
    }

    private static string? Member(JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private bool TryGet(string name, out JsonElement value) =>
        _object.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static ImportError BadValue(string property, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return ImportError.BadValue(property, text.Length > 100 ? string.Concat(text.AsSpan(0, 100), "...") : text);
    }
}
