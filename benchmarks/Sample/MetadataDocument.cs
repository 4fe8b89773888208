using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dhis2Grpc.Benchmarks.Sample;

/// <summary>The sample country as a DHIS2 metadata document.</summary>
internal static class MetadataDocument
{
    private const string DefaultCategoryCombo = "bjDvmb4bfuf";

    private static readonly JsonSerializerOptions Compact =
        new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>The document.</summary>
    public static byte[] Of(Country country) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            categoryOptions = country.CategoryOptions.Skip(1).Select(o => new { id = o.Uid, name = o.Name, shortName = o.Name }),
            categories = country.Categories.Skip(1).Select(c => new
            {
                id = c.Uid,
                name = c.Name,
                shortName = c.Name,
                dataDimension = true,
                dataDimensionType = Kind(c.IsAttribute),
                categoryOptions = country.CategoryOptions.Where(o => o.Category == c.Id).Select(o => new { id = o.Uid }),
            }),
            categoryCombos = new[] { Combo(country, 2, 2), Combo(country, 3, 2, 3), Combo(country, 4, 4) },
            categoryOptionCombos = country.CategoryOptionCombos.Skip(1).Select(c => new
            {
                id = c.Uid,
                name = c.Name,
                categoryCombo = new { id = ComboUid(c.CategoryCombo) },
                categoryOptions = c.Options.Select(o => new { id = country.CategoryOptions[o - 1].Uid }),
            }),
            organisationUnits = country.OrgUnits.Select(o => new
            {
                id = o.Uid,
                name = o.Name,
                shortName = o.Name,
                openingDate = "2000-01-01",
                parent = o.Parent is null ? null : new { id = o.Parent.Uid },
            }),
            dataElements = country.DataElements.Select(d => new
            {
                id = d.Uid,
                name = d.Name,
                shortName = d.Name,
                valueType = d.ValueType,
                domainType = d.DomainType,
                aggregationType = d.AggregationType,
                zeroIsSignificant = d.ZeroIsSignificant,
                categoryCombo = new { id = ComboUid(d.CategoryCombo) },
            }),
            dataElementGroups = country.DataElementGroups.Select(g => new
            {
                id = g.Uid,
                name = g.Name,
                shortName = g.Name,
                dataElements = country.DataElements
                    .Where(d => Country.GroupOf(country.DataElementGroups, g.Set, d.Id) == g)
                    .Select(d => new { id = d.Uid }),
            }),
            dataElementGroupSets = Sets(country.DataElementGroups).Select(s => new
            {
                id = s.Key,
                name = $"Data element set {s.Key}",
                shortName = s.Key,
                dataDimension = true,
                dataElementGroups = s.Select(g => new { id = g.Uid }),
            }),
            organisationUnitGroups = country.OrgUnitGroups.Select(g => new
            {
                id = g.Uid,
                name = g.Name,
                shortName = g.Name,
                organisationUnits = country.OrgUnits
                    .Where(o => Country.GroupOf(country.OrgUnitGroups, g.Set, o.Id) == g)
                    .Select(o => new { id = o.Uid }),
            }),
            organisationUnitGroupSets = Sets(country.OrgUnitGroups).Select(s => new
            {
                id = s.Key,
                name = $"Org unit set {s.Key}",
                shortName = s.Key,
                dataDimension = true,
                organisationUnitGroups = s.Select(g => new { id = g.Uid }),
            }),
        },
        Compact);

    private static IEnumerable<IGrouping<string, Group>> Sets(List<Group> groups) => groups.GroupBy(g => g.SetUid);

    private static object Combo(Country country, int id, params int[] categories) => new
    {
        id = ComboUid(id),
        name = string.Join(" and ", categories.Select(c => country.Categories[c - 1].Name)),
        dataDimensionType = Kind(country.Categories[categories[0] - 1].IsAttribute),
        categories = categories.Select(c => new { id = country.Categories[c - 1].Uid }),
    };

    private static string Kind(bool isAttribute) => isAttribute ? "ATTRIBUTE" : "DISAGGREGATION";

    private static string ComboUid(int id) => id == 1 ? DefaultCategoryCombo : Dice.Uid("combo", id);
}
