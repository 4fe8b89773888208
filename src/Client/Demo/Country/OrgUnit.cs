namespace Dhis2Grpc.Client.Demo.Country;

/// <summary>A unit of the sample country.</summary>
/// <param name="Uid">UID.</param>
/// <param name="Name">Name.</param>
/// <param name="Level">1 country, 2 province, 3 district, 4 facility.</param>
/// <param name="ParentUid">UID of the unit above; null for the country.</param>
/// <param name="Tier">What kind of facility; None above level 4.</param>
/// <param name="Ownership">Index of who runs the facility: public, faith-based, private.</param>
/// <param name="Urban">In a town.</param>
/// <param name="Size">Patients compared with the average facility of its tier.</param>
/// <param name="Number">Position among all units.</param>
internal sealed record OrgUnit(
    string Uid, string Name, int Level, string? ParentUid, FacilityTier Tier, int Ownership, bool Urban, double Size, int Number);

/// <summary>Kinds of facility; each reports all that the smaller ones report.</summary>
internal enum FacilityTier
{
    /// <summary>Not a facility.</summary>
    None,

    /// <summary>A nurse and a room.</summary>
    HealthPost,

    /// <summary>With beds and a laboratory.</summary>
    HealthCentre,

    /// <summary>With wards and an operating theatre.</summary>
    Hospital,
}
