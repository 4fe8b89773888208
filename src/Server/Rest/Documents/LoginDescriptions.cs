namespace Dhis2Grpc.Server.Rest.Documents;

/// <summary>What the OpenAPI document tells of logging in.</summary>
internal static class LoginDescriptions
{
    /// <summary>The login of newer apps.</summary>
    public static readonly DescribedEndpoint Login = new("login", "Login", "Opens a session of a browser")
    {
        Anonymous = true,
        Request = new DescribedBody(
            "Login",
            """{"type":"object","description":"Who logs in.","properties":{"username":{"type":"string"},"password":{"type":"string"}},"required":["username","password"]}""",
            "application/json"),
        Response = new DescribedBody(
            "LoginResult",
            """{"type":"object","description":"How it went, and where to go.","properties":{"loginStatus":{"type":"string","const":"SUCCESS"},"redirectUrl":{"type":"string"}},"required":["loginStatus","redirectUrl"]}""",
            "application/json"),
    };
}
