using static Dhis2Grpc.Server.Metadata.Model.Define;

namespace Dhis2Grpc.Server.Metadata.Model;

/// <summary>Users, their groups and roles, as objects of documents. Who may log in is the security feature's to know.</summary>
internal static class UserTypes
{
    public static readonly IReadOnlyList<MetadataType> All =
    [
        Type("userRoles", "user.UserRole", 101, "userrole") with
        {
            NameRequired = true, Unique = CodeAndName,
            Properties = [Description],
            Parts = [Values("authorities[]", "userroleauthorities", "userroleid", Text("authority"))],
        },
        Type("users", "user.User", 102, "userinfo") with
        {
            HasName = false, Unique = CodeOnly,
            Properties =
            [
                Text("surname"), Text("firstName"), Email, Text("phoneNumber"), Text("jobTitle"), Text("introduction"), Text("gender"),
                Day("birthday"), Text("nationality"), Text("employer"), Text("education"), Text("interests"), Text("languages"),
                Text("username") with { Older = "userCredentials.username" }, Flag("disabled") with { Older = "userCredentials.disabled" },
                Flag("externalAuth") with { Older = "userCredentials.externalAuth" }, Text("openId") with { Older = "userCredentials.openId" },
                Text("ldapId") with { Older = "userCredentials.ldapId" }, Time("lastLogin"), Time("accountExpiry"),
            ],
            References =
            [
                Many("userRoles[]", "userRoles", "userrolemembers", "userid", "userroleid") with { Blocks = true },
                // Users of releases before 2.38 come without the roles of the server that they are from.
                Many("userCredentials.userRoles[]", "userRoles", "userrolemembers", "userid", "userroleid") with { Soft = true, Blocks = true },
                Many("organisationUnits[]", "organisationUnits", "usermembership", "userinfoid", "organisationunitid") with { Soft = true },
                Many("dataViewOrganisationUnits[]", "organisationUnits", "userdatavieworgunits", "userinfoid", "organisationunitid") with { Soft = true },
                Many("teiSearchOrganisationUnits[]", "organisationUnits", "userteisearchorgunits", "userinfoid", "organisationunitid") with { Soft = true },
            ],
        },
        Type("userGroups", "user.UserGroup", 103, "usergroup") with
        {
            NameRequired = true, Unique = CodeAndName,
            References =
            [
                Many("users[]", "users", "usergroupmembers", "usergroupid", "userid"),
                Many("managedGroups[]", "userGroups", "usergroupmanaged", "managedbygroupid", "managedgroupid"),
            ],
        },
    ];

    private static Property Time(string name) => new(name, PropertyKind.Time, name.ToLowerInvariant()) { Older = $"userCredentials.{name}" };
}
