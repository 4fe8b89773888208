using System.Text;
using Contract.Tests.Hosting;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Contract.Tests.Data;

/// <summary>A node with a country of two clinics, one data set and two data elements.</summary>
internal static class DataNode
{
    public const string Count = "deCounted01", Note = "deNoteText1", DataSet = "dsMonthly01", Country = "ouCountry01", North = "ouClinicN01", South = "ouClinicS01";

    public const string Metadata = """
        {"organisationUnits":[
           {"id":"ouCountry01","name":"Country","shortName":"Country","openingDate":"2000-01-01"},
           {"id":"ouClinicN01","name":"North","shortName":"North","openingDate":"2000-01-01","parent":{"id":"ouCountry01"}},
           {"id":"ouClinicS01","name":"South","shortName":"South","openingDate":"2000-01-01","parent":{"id":"ouCountry01"}}],
         "dataElements":[
           {"id":"deCounted01","name":"Counted","shortName":"Counted","valueType":"INTEGER","domainType":"AGGREGATE","aggregationType":"SUM",
            "zeroIsSignificant":false,"categoryCombo":{"id":"bjDvmb4bfuf"}},
           {"id":"deNoteText1","name":"Note","shortName":"Note","valueType":"TEXT","domainType":"AGGREGATE","aggregationType":"NONE",
            "zeroIsSignificant":false,"categoryCombo":{"id":"bjDvmb4bfuf"}}],
         "dataSets":[
           {"id":"dsMonthly01","name":"Monthly","shortName":"Monthly","periodType":"Monthly","categoryCombo":{"id":"bjDvmb4bfuf"},
            "dataSetElements":[{"dataElement":{"id":"deCounted01"},"dataSet":{"id":"dsMonthly01"}}],
            "organisationUnits":[{"id":"ouClinicN01"},{"id":"ouClinicS01"}]}]}
        """;

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestNode> StartAsync(params string[] settings)
    {
        var node = await TestNode.StartAsync(settings: settings);
        var caller = new User
        {
            Uid = "M5zQapPyTZI",
            Username = "admin",
            FirstName = "A",
            Surname = "B",
            PasswordHash = "",
            Authorities = new HashSet<string> { "ALL" },
            Created = default,
            LastUpdated = default,
        };
        var report = await node.Services.GetRequiredService<MetadataImport>()
            .ImportAsync(new MemoryStream(Encoding.UTF8.GetBytes(Metadata)), new(), caller, Ct);
        Assert.Equal(ImportStatus.Ok, report.Status);
        return node;
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static string Value(string element, string period, string unit, string value) =>
        $$"""{"dataElement":"{{element}}","period":"{{period}}","orgUnit":"{{unit}}","value":"{{value}}"}""";

    public static string Values(params string[] values) => $$"""{"dataValues":[{{string.Join(',', values)}}]}""";
}
