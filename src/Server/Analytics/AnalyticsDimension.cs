using System.Data.Common;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Analytics;

/// <summary>A group set or category that values can be divided by.</summary>
/// <param name="Kind">Where a value's item is read from.</param>
/// <param name="Uid">UID; also the name of the column in the structure table.</param>
/// <param name="Name">Name.</param>
/// <param name="Code">Code.</param>
internal sealed record AnalyticsDimension(DimensionKind Kind, string Uid, string Name, string? Code)
{
    /// <summary>Dimensions whose column the resource tables have, in DHIS2's column order. One that was created after
    /// they were built is not among them.</summary>
    public static Task<List<AnalyticsDimension>> ReadAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.ListAsync(
            """
            select s.kind, s.uid, s.name, s.code
            from (
                select 0 as kind, uid, name, code, '_dataelementgroupsetstructure' as structure from dataelementgroupset where datadimension
                union all
                select 1, uid, name, code, '_organisationunitgroupsetstructure' from orgunitgroupset where datadimension
                union all
                select case when datadimensiontype = 'ATTRIBUTE' then 3 else 2 end, uid, name, code, '_categorystructure'
                from categoryoptiongroupset where datadimension
                union all
                select case when datadimensiontype = 'ATTRIBUTE' then 5 else 4 end, uid, name, code, '_categorystructure'
                from dataelementcategory where datadimension
            ) s
            join information_schema.columns c on c.table_name = s.structure and c.column_name = s.uid
            order by s.kind, s.name, s.uid
            """,
            r => new AnalyticsDimension((DimensionKind)r.GetInt32(0), r.GetString(1), r.GetString(2), r.Text(3)),
            cancellationToken);
}

/// <summary>Kinds of dimension, in the order of their columns.</summary>
internal enum DimensionKind
{
    /// <summary>Data element group set.</summary>
    DataElementGroupSet,

    /// <summary>Organisation unit group set.</summary>
    OrgUnitGroupSet,

    /// <summary>Category option group set, through the category option combo.</summary>
    CategoryOptionGroupSet,

    /// <summary>Category option group set, through the attribute option combo.</summary>
    AttributeOptionGroupSet,

    /// <summary>Category, through the category option combo.</summary>
    Category,

    /// <summary>Category, through the attribute option combo.</summary>
    AttributeCategory,
}

/// <summary>How a kind of dimension is joined to facts, called <c>f</c>.</summary>
internal static class DimensionKinds
{
    /// <summary>Alias of the structure table.</summary>
    public static string Alias(this DimensionKind kind) => kind switch
    {
        DimensionKind.DataElementGroupSet => "degs",
        DimensionKind.OrgUnitGroupSet => "ougs",
        DimensionKind.CategoryOptionGroupSet or DimensionKind.Category => "dcs",
        _ => "acs",
    };

    /// <summary>The join, with that alias.</summary>
    public static string Join(this DimensionKind kind) => kind switch
    {
        DimensionKind.DataElementGroupSet => " join _dataelementgroupsetstructure degs on degs.dataelementid = f.dataelementid",
        DimensionKind.OrgUnitGroupSet => " join _organisationunitgroupsetstructure ougs on ougs.organisationunitid = f.sourceid",
        DimensionKind.CategoryOptionGroupSet or DimensionKind.Category =>
            " join _categorystructure dcs on dcs.categoryoptioncomboid = f.categoryoptioncomboid",
        _ => " join _categorystructure acs on acs.categoryoptioncomboid = f.attributeoptioncomboid",
    };
}
