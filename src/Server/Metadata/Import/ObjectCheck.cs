using System.Text.Json;
using Dhis2Grpc.Server.Metadata.Model;

namespace Dhis2Grpc.Server.Metadata.Import;

/// <summary>A reference as an object gives it.</summary>
/// <param name="Path">Which reference of the type.</param>
/// <param name="Position">Position in its list, from 0.</param>
/// <param name="Given">UID given.</param>
/// <param name="Uid">The same, or that of the object which every database has in its place.</param>
/// <param name="Code">Code given.</param>
internal readonly record struct GivenReference(Reference Path, int Position, string? Given, string? Uid, string? Code);

/// <summary>Checks one object by itself: types and lengths of its properties, what is required, the form of its UID; and
/// collects what it refers to.</summary>
internal sealed class ObjectCheck
{
    private const int NameLength = 230;

    private readonly MetadataType _type;
    private readonly JsonElement _object;

    public ObjectCheck(MetadataType type, JsonElement root)
    {
        _type = type;
        _object = root;
        Uid = CheckUid();
        // Types without tables may use either for something else.
        Code = CheckText("code", type.Table is null ? int.MaxValue : type.CodeLength, false);
        Name = CheckText("name", type.Table is null ? int.MaxValue : NameLength, type.NameRequired);
        Created = CheckTime("created");
        LastUpdated = CheckTime("lastUpdated");
        foreach (var property in type.Properties) Check(property);
        foreach (var part in type.Parts) Check(part);
        foreach (var reference in type.AllReferences) Collect(reference);
        CheckOthers();
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
            if (text is { Length: > 0 } && TextFormats.Error(property, text) is { } wrong) Errors.Add(wrong);
            return;
        }
        if (!TryGet(property.Name, out var value))
        {
            if (property.Required) Errors.Add(ImportError.Missing(property.Name));
            return;
        }
        if (!Scalars.Fits(property, value)) Errors.Add(BadValue(property.Name, value));
    }

    private void Check(Part part)
    {
        if (!TryGet(part.Member, out var value))
        {
            if (part.Required) Errors.Add(ImportError.Missing(part.Member));
            return;
        }
        if (value.ValueKind != (part.IsList ? JsonValueKind.Array : JsonValueKind.Object)) AddOnce(BadValue(part.Member, value));
        else if (!part.IsList) CheckItem(part, value);
        else foreach (var item in value.EnumerateArray()) CheckItem(part, item);
    }

    // Rules of single types.
    private void CheckOthers()
    {
        if (_type.Collection == "users")
        {
            CheckPassword(_object);
            if (TryGet("userCredentials", out var credentials) && credentials.ValueKind == JsonValueKind.Object) CheckPassword(credentials);
        }
        else if (_type.Collection == "trackedEntityAttributes" && TryGet("generated", out var generated) && Scalars.Text(generated) == "true"
            && TryGet("valueType", out var valueType) && Scalars.Text(valueType) is { } name and not "TEXT")
        {
            Errors.Add(ImportError.NotSupported("generated", name));
        }
    }

    private void CheckPassword(JsonElement of)
    {
        if (of.TryGetProperty("password", out var password) && password.ValueKind == JsonValueKind.String && TextFormats.PasswordError(password.GetString()!) is { } reason)
            Errors.Add(ImportError.BadPassword("password", reason));
    }

    private void CheckItem(Part part, JsonElement item)
    {
        foreach (var property in part.Properties)
        {
            var given = item;
            if (property.Name.Length > 0 && !TryFind(item, property.Name, out given)) continue;
            if (!Scalars.Fits(property, given)) AddOnce(BadValue(part.Member, given));
        }
    }

    private static bool TryFind(JsonElement from, string path, out JsonElement value)
    {
        value = from;
        foreach (var name in path.Split('.'))
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value) || value.ValueKind == JsonValueKind.Null) return false;
        return true;
    }

    private void Collect(Reference reference)
    {
        var before = References.Count;
        Walk(_object, reference, 0, 0);
        if (reference.Required && References.Count == before && !TryGet(reference.Association, out _)) Errors.Add(ImportError.Missing(reference.Path));
    }

    private void Walk(JsonElement from, Reference reference, int step, int position)
    {
        var (name, isList) = reference.Steps[step];
        if (!from.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return;
        if (value.ValueKind != (isList ? JsonValueKind.Array : JsonValueKind.Object))
        {
            AddOnce(BadValue(reference.Association, value));
            return;
        }
        if (!isList)
        {
            Go(value, reference, step, position);
            return;
        }
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object) AddOnce(BadValue(reference.Association, item));
            else Go(item, reference, step, index);
            index++;
        }
    }

    private void Go(JsonElement value, Reference reference, int step, int position)
    {
        if (step == reference.Steps.Count - 1) Take(value, reference, position);
        else Walk(value, reference, step + 1, position);
    }

    private void Take(JsonElement value, Reference reference, int position)
    {
        var given = Member(value, "id");
        var uid = given;
        var code = Member(value, "code");
        // Objects named "default" have the same UID everywhere, whatever the sender calls them.
        if (MetadataTypes.Of(reference.Target).DefaultUid is { } fixedUid && (Member(value, "name") == DefaultObjects.Name || (uid is null && code == DefaultObjects.Name)))
            uid = fixedUid;
        if (uid is null && code is null) AddOnce(BadValue(reference.Association, value));
        else References.Add(new GivenReference(reference, position, given, uid, code));
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
