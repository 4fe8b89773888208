using System.Text.Json;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Metadata.Model;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dhis2Grpc.Server.Tests.Metadata;

public sealed class SystemTypesTests
{
    private const string Document = """
        {"attributes":[{"id":"attribute01","name":"Region","shortName":"R","valueType":"TEXT","mandatory":false,"unique":true,"dataElementAttribute":true,"optionSet":{"id":"optionSet01"}}],
         "optionSets":[{"id":"optionSet01","name":"S","valueType":"TEXT"}],
         "trackedEntityTypes":[{"id":"entityType1","name":"Person"}],
         "programs":[{"id":"program0001","name":"P","shortName":"P","programType":"WITHOUT_REGISTRATION"}],
         "relationshipTypes":[{"id":"relation001","name":"Mother","bidirectional":true,"fromToName":"mother of","toFromName":"child of",
            "fromConstraint":{"relationshipEntity":"TRACKED_ENTITY_INSTANCE","trackedEntityType":{"id":"entityType1"},"trackerDataView":{"attributes":[]}},
            "toConstraint":{"relationshipEntity":"PROGRAM_STAGE_INSTANCE","program":{"id":"program0001"}}}],
         "reports":[{"id":"report00001","name":"Monthly","type":"HTML","designContent":"<p/>","cacheStrategy":"NO_CACHE","reportParams":{"reportingPeriod":true,"organisationUnit":false}}],
         "documents":[{"id":"document001","name":"Manual","url":"https://example.org/manual","external":true}],
         "jobConfigurations":[{"id":"jobOther001","name":"Night","jobType":"ANALYTICS_TABLE","cronExpression":"0 0 2 * * ?","enabled":true,"jobParameters":{"lastYears":2}}],
         "organisationUnits":[{"id":"u0000000001","name":"U","shortName":"U","openingDate":"2020-01-01","image":{"id":"image000001"}}]}
        """;

    private const string Rows = """
        select 'a', uid, isunique::varchar, dataelementattribute::varchar || mandatory::varchar, (select uid from optionset where optionsetid = a.optionsetid) from attribute a
        union all select 'r', r.uid, f.entity || ' ' || e.uid, t.entity || ' ' || p.uid, r.fromtoname from relationshiptype r
            join relationshipconstraint f on f.relationshipconstraintid = r.from_relationshipconstraintid join trackedentitytype e on e.trackedentitytypeid = f.trackedentitytypeid
            join relationshipconstraint t on t.relationshipconstraintid = r.to_relationshipconstraintid join program p on p.programid = t.programid
        union all select 'p', uid, type, designcontent, paramreportingmonth::varchar from report
        union all select 'd', uid, url, external::varchar, attachment::varchar from document
        union all select 'j', uid, jobtype, cronexpression, jsonbjobparameters from jobconfiguration
        union all select 'u', uid, image, '', '' from organisationunit order by 1
        """;

    private static readonly string[] Expected =
    [
        "a|attribute01|true|truefalse|optionSet01", "d|document001|https://example.org/manual|true|false", "j|jobOther001|ANALYTICS_TABLE|0 0 2 * * ?|{\"lastYears\":2}",
        "p|report00001|HTML|<p/>|true", "r|relation001|TRACKED_ENTITY_INSTANCE entityType1|PROGRAM_STAGE_INSTANCE program0001|mother of", "u|u0000000001|{\"id\":\"image000001\"}||",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Their_tables_hold_them_and_an_export_gives_them_back()
    {
        await using var imports = new Imports();
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(Document)).Status);
        Assert.Equal(Expected, await imports.Store.TextsAsync(Rows));
        Assert.Equal(new ImportStats(0, 9, 0, 0), (await imports.TextAsync(Document)).Stats);
        Assert.Equal(Expected, await imports.Store.TextsAsync(Rows));
        Assert.Equal(2, await imports.Store.ScalarAsync<long>("select count(*) from relationshipconstraint"));

        using var exported = await imports.ExportAsync();
        await using var there = new Imports();
        await there.TextAsync(exported.RootElement.GetRawText());
        using var again = await there.ExportAsync();
        Assert.True(JsonElement.DeepEquals(exported.RootElement, again.RootElement));
        Assert.Equal(Expected, await there.Store.TextsAsync(Rows));
    }

    [Fact]
    public async Task What_they_need_is_not_deleted_before_them()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Document);
        var delete = new MetadataImportOptions { Strategy = ImportStrategy.Delete };
        foreach (var (collection, uid, by) in new[] { ("trackedEntityTypes", "entityType1", "RelationshipType relation001"), ("optionSets", "optionSet01", "Attribute attribute01") })
        {
            var report = await imports.TextAsync($$"""{"{{collection}}":[{"id":"{{uid}}"}]}""", delete);
            var error = Assert.Single(Assert.Single(report.Types[0].Objects).Errors);
            Assert.Equal(("E4030", $"Object could not be deleted because it is associated with another object: {by}"), (error.Code, error.Message));
        }
        Assert.Equal(new ImportStats(0, 0, 9, 0), (await imports.TextAsync(Document, delete)).Stats);
        foreach (var table in new[] { "attribute", "relationshiptype", "relationshipconstraint", "report", "document", "jobconfiguration", "trackedentitytype", "organisationunit" })
            Assert.Equal((table, 0L), (table, await imports.Store.ScalarAsync<long>($"select count(*) from {table}")));
    }

    [Fact]
    public async Task Every_mapped_type_is_deleted_from_its_table()
    {
        await using var imports = new Imports();
        await using (var write = await imports.Store.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct))
        {
            // Objects with nothing but an identity: what else they need is the import's to ask, not the deletion's.
            foreach (var (i, type) in MetadataTypes.Projected.Index())
            {
                var uid = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"d{i:D10}");
                await write.Connection.ExecuteAsync($$"""insert into object values ('{{type.Collection}}', '{{uid}}', null, 'N', '2024-01-01', '2024-01-01', '{"id":"{{uid}}","name":"N"}')""", Ct);
            }
            await write.CommitAsync(Ct);
        }
        var document = "{" + string.Join(',', MetadataTypes.Projected.Select((t, i) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""
            "{{t.Collection}}":[{"id":"d{{i:D10}}"}]
            """))) + "}";
        var report = await imports.TextAsync(document, new MetadataImportOptions { Strategy = ImportStrategy.Delete });
        Assert.Equal((ImportStatus.Ok, MetadataTypes.Projected.Count), (report.Status, report.Stats.Deleted));
        Assert.Equal(4, await imports.Store.ScalarAsync<long>("select count(*) from object"));
    }

    public static TheoryData<string, string, string> Needed => new()
    {
        { """{"categoryOptions":[{"id":"option00001"}]}""", "option00001", "CategoryOptionCombo" },
        { """{"categories":[{"id":"category001"}]}""", "category001", "CategoryCombo combo000001" },
        { """{"dataElements":[{"id":"aaaaaaaaaa1"}]}""", "aaaaaaaaaa1", "Indicator indicator01" },
        { """{"attributes":[{"id":"attribute01"}]}""", "attribute01", "AttributeValue" },
        { """{"userRoles":[{"id":"role0000001"}]}""", "role0000001", "User user0000001" },
        { """{"users":[{"id":"user0000001"}]}""", "user0000001", "Indicator indicator01" },
        { """{"programNotificationTemplates":[{"id":"template001"}]}""", "template001", "ProgramRuleAction action00001" },
    };

    [Theory]
    [MemberData(nameof(Needed))]
    public async Task What_others_need_is_kept(string document, string uid, string by)
    {
        await using var imports = new Imports();
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync("""
            {"categoryOptions":[{"id":"option00001","name":"F"}],"categories":[{"id":"category001","name":"Sex","categoryOptions":[{"id":"option00001"}]}],
             "categoryCombos":[{"id":"combo000001","name":"Sex","categories":[{"id":"category001"}]}],
             "dataElements":[{"id":"aaaaaaaaaa1","name":"E","shortName":"E","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","attributeValues":[{"attribute":{"id":"attribute01"},"value":"x"}]}],
             "attributes":[{"id":"attribute01","name":"Region","valueType":"TEXT","dataElementAttribute":true}],
             "indicatorTypes":[{"id":"type0000001","name":"T","factor":1}],
             "indicators":[{"id":"indicator01","name":"I","shortName":"I","numerator":"#{aaaaaaaaaa1}","denominator":"1","indicatorType":{"id":"type0000001"},"createdBy":{"id":"user0000001"}}],
             "userRoles":[{"id":"role0000001","name":"R"}],"users":[{"id":"user0000001","username":"u","userRoles":[{"id":"role0000001"}]}],
             "programNotificationTemplates":[{"id":"template001","name":"T"}],"programRuleActions":[{"id":"action00001","programRuleActionType":"SENDMESSAGE","templateUid":"template001"}]}
            """)).Status);
        var report = await imports.TextAsync(document, new MetadataImportOptions { Strategy = ImportStrategy.Delete });
        var error = Assert.Single(Assert.Single(report.Types[0].Objects).Errors);
        Assert.Equal("E4030", error.Code);
        Assert.StartsWith($"Object could not be deleted because it is associated with another object: {by}", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await imports.Store.ScalarAsync<long>($"select count(*) from object where uid = '{uid}'"));
        var all = await imports.TextAsync("""
            {"programRuleActions":[{"id":"action00001"}],"programNotificationTemplates":[{"id":"template001"}],"users":[{"id":"user0000001"}],"userRoles":[{"id":"role0000001"}],
             "indicators":[{"id":"indicator01"}],"indicatorTypes":[{"id":"type0000001"}],"dataElements":[{"id":"aaaaaaaaaa1"}],"attributes":[{"id":"attribute01"}],
             "categoryCombos":[{"id":"combo000001"}],"categories":[{"id":"category001"}],"categoryOptions":[{"id":"option00001"}]}
            """, new MetadataImportOptions { Strategy = ImportStrategy.Delete });
        Assert.Equal((ImportStatus.Ok, 11), (all.Status, all.Stats.Deleted));
    }

    [Fact]
    public async Task A_node_of_before_gets_the_tables_and_loses_the_secrets()
    {
        await using var imports = new Imports();
        await using (var write = await imports.Store.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct))
        {
            await write.Connection.ExecuteAsync("""
                insert into object values
                    ('attributes', 'attribute01', null, 'Region', '2024-01-01', '2024-01-01', '{"id":"attribute01","name":"Region","unique":true}'),
                    ('aggregateDataExchanges', 'exchange001', null, 'X', '2024-01-01', '2024-01-01', '{"id":"exchange001","name":"X","target":{"api":{"url":"https://x","password":"hunter2"}}}');
                update projectionversion set version = 1
                """, Ct);
            await write.CommitAsync(Ct);
        }

        await new ProjectionUpgrade(imports.Store.Warehouse, TimeProvider.System, NullLogger<ProjectionUpgrade>.Instance).RunAsync(Ct);

        Assert.Equal(["attribute01|true"], await imports.Store.TextsAsync("select uid, isunique::varchar from attribute"));
        Assert.Equal("""{"id":"exchange001","name":"X","target":{"api":{"url":"https://x"}}}""",
            await imports.Store.ScalarAsync<string>("select json from object where type = 'aggregateDataExchanges'"));
    }
}
