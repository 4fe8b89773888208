using System.Text.Json.Serialization;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata;

namespace Dhis2Grpc.Server.Data;

/// <summary>The property by which a document names objects.</summary>
[JsonConverter(typeof(IdSchemeJson))]
internal readonly record struct IdScheme
{
    private const string AttributePrefix = "ATTRIBUTE:";

    private readonly string? _column;
    private readonly string? _attribute;

    private IdScheme(string? column, string? attribute) => (_column, _attribute) = (column, attribute);

    /// <summary>The UID.</summary>
    public static IdScheme Uid { get; }

    /// <summary>The code.</summary>
    public static IdScheme Code { get; } = new("code", null);

    /// <summary>The name.</summary>
    public static IdScheme Name { get; } = new("name", null);

    /// <summary>DHIS2's name of the scheme.</summary>
    public string Text => _attribute is not null ? AttributePrefix + _attribute : (_column ?? "uid").ToUpperInvariant();

    /// <summary>The value of an attribute.</summary>
    /// <param name="uid">UID of the attribute.</param>
    public static IdScheme Attribute(string uid) => new(null, uid);

    /// <summary>The scheme of DHIS2's name; null when it is empty.</summary>
    /// <exception cref="Dhis2Exception">There is no such scheme.</exception>
    public static IdScheme? Parse(string? name)
    {
        var text = name?.Trim() ?? "";
        if (text.StartsWith(AttributePrefix, StringComparison.OrdinalIgnoreCase) && Metadata.Uid.IsValid(text.AsSpan(AttributePrefix.Length)))
            return Attribute(text[AttributePrefix.Length..]);
        return text.ToUpperInvariant() switch
        {
            "" => null,
            "UID" or "ID" => Uid,
            "CODE" => Code,
            "NAME" => Name,
            _ => throw new Dhis2Exception(ErrorKind.InvalidArgument,
                $"Unknown id scheme `{name}`. It is one of UID, CODE, NAME, ATTRIBUTE:<uid of the attribute>."),
        };
    }

    /// <summary>The identifier of a row as an expression of SQL.</summary>
    /// <param name="collection">The kind of object as documents name it, such as dataElements.</param>
    /// <param name="alias">Alias of the row's table.</param>
    public string Sql(string collection, string alias) => _attribute is null
        ? $"{alias}.{_column ?? "uid"}"
        : $"""
          (select json_extract_string(j.json, '$.attributeValues[*].value')[list_position(json_extract_string(j.json, '$.attributeValues[*].attribute.id'), '{_attribute}')]
           from object j where j.type = '{collection}' and j.uid = {alias}.uid)
          """;
}
