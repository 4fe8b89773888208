using System.Globalization;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata.Reading;
using Dhis2Grpc.Server.Queries;
using Dhis2Grpc.Server.Warehouse;

namespace Dhis2Grpc.Server.Tests.Metadata;

public sealed class MetadataListingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private const string Document = """
        {"dataElements":[
          {"id":"aaaaaaaaaa1","code":"ANC","name":"Anc visit","shortName":"ANC","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM",
           "aggregationLevels":[1,3],"created":"2024-01-01T00:00:00.000","lastUpdated":"2024-02-01T12:00:00.000","zeroIsSignificant":true,"sortOrder":9,"comment":""},
          {"id":"aaaaaaaaaa2","name":"births","shortName":"B","valueType":"TEXT","domainType":"TRACKER","aggregationType":"NONE",
           "created":"2024-01-02T00:00:00.000","lastUpdated":"2024-02-02T12:00:00.000","zeroIsSignificant":false,"sortOrder":10,"comment":"50%"},
          {"id":"aaaaaaaaaa3","code":"CASES","name":"Cases","shortName":"C","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM",
           "created":"2024-01-03T00:00:00.000","lastUpdated":"2024-02-03T12:00:00.000","sortOrder":9}],
         "dataElementGroups":[
          {"id":"bbbbbbbbbb1","name":"G1","dataElements":[{"id":"aaaaaaaaaa1"},{"id":"aaaaaaaaaa2"}]},
          {"id":"bbbbbbbbbb2","name":"G2","dataElements":[{"id":"aaaaaaaaaa3"}]},
          {"id":"bbbbbbbbbb3","name":"G3"}],
         "programs":[{"id":"cccccccccc1","name":"P","programType":"WITH_REGISTRATION","programTrackedEntityAttributes":[{"mandatory":true,"valueType":"AGE"},{"mandatory":false}]}],
         "aggregateDataExchanges":[{"id":"dddddddddd1","name":"X","target":{"type":"EXTERNAL","api":{"url":"https://x","password":"hunter2"}}}]}
        """;

    [Theory]
    [InlineData("name:eq:Cases", "3")]
    [InlineData("name:ieq:CASES", "3")]
    [InlineData("displayName:ilike:a", "13")]
    [InlineData("name:$like:A", "1")]
    [InlineData("name:!ilike:a", "2")]
    [InlineData("name:token:visit anc", "1")]
    [InlineData("code:null", "2")]
    [InlineData("code:!null", "13")]
    [InlineData("comment:empty", "13")]
    [InlineData("id:in:[aaaaaaaaaa1,aaaaaaaaaa3,nope]", "13")]
    [InlineData("id:!in:[aaaaaaaaaa1]", "23")]
    [InlineData("valueType:eq:NUMBER", "13")]
    [InlineData("valueType:neq:NUMBER", "2")]
    [InlineData("zeroIsSignificant:eq:true", "1")]
    [InlineData("zeroIsSignificant:!eq:true", "23")]
    [InlineData("sortOrder:gt:9", "2")]
    [InlineData("sortOrder:eq:9.0", "13")]
    [InlineData("created:ge:2024-01-02", "23")]
    [InlineData("lastUpdated:lt:2024-02-02T12:00", "1")]
    [InlineData("created:like:2024-01-03T", "3")]
    [InlineData("aggregationLevels:eq:2", "1")]
    [InlineData("aggregationLevels:!empty", "1")]
    [InlineData("aggregationLevels:empty", "23")]
    [InlineData("aggregationLevels:in:[3,4]", "1")]
    [InlineData("categoryCombo.id:eq:bjDvmb4bfuf", "")]
    [InlineData("identifiable:eq:ANC", "1")]
    [InlineData("identifiable:ilike:case", "3")]
    [InlineData("neverHeardOf:eq:x", "")]
    [InlineData("neverHeardOf.at.all:null", "123")]
    [InlineData("comment:eq:50%", "2")]
    [InlineData("name:eq:' or 1=1 --", "")]
    public async Task Filters_find_what_they_say(string filter, string expected)
    {
        await using var imports = await ImportedAsync();
        Assert.Equal(expected, await FoundAsync(imports, "dataElements", new MetadataQuery { Filters = [ListFilter.Parse(filter)] }));
    }

    [Theory]
    [InlineData("dataElementGroups", "dataElements.id:eq:aaaaaaaaaa2", "1")]
    [InlineData("dataElementGroups", "dataElements.id:in:[aaaaaaaaaa2,aaaaaaaaaa3]", "12")]
    [InlineData("dataElementGroups", "dataElements.id:!eq:aaaaaaaaaa2", "23")]
    [InlineData("dataElementGroups", "dataElements:eq:aaaaaaaaaa3", "2")]
    [InlineData("dataElementGroups", "dataElements:gt:1", "1")]
    [InlineData("dataElementGroups", "dataElements:lt:1", "3")]
    [InlineData("dataElementGroups", "dataElements:empty", "3")]
    [InlineData("programs", "programTrackedEntityAttributes.valueType:eq:AGE", "1")]
    [InlineData("programs", "programTrackedEntityAttributes.valueType:eq:TEXT", "")]
    [InlineData("aggregateDataExchanges", "target.api.url:like:x", "1")]
    public async Task Filters_look_into_lists_and_objects(string type, string filter, string expected)
    {
        await using var imports = await ImportedAsync();
        Assert.Equal(expected, await FoundAsync(imports, type, new MetadataQuery { Filters = [ListFilter.Parse(filter)] }));
    }

    [Theory]
    [InlineData("target.api.password:like:hunter")]
    [InlineData("target.api.Password:$like:h")]
    [InlineData("a'b:eq:x")]
    [InlineData("a b:eq:x")]
    [InlineData(".:eq:x")]
    [InlineData("a.b.c.d.e.f.g.h.i:eq:x")]
    [InlineData("created:gt:yesterday")]
    public async Task What_cannot_be_filtered_by_is_refused(string filter)
    {
        await using var imports = await ImportedAsync();
        var query = new MetadataQuery { Filters = [ListFilter.Parse(filter)] };
        var refused = await Assert.ThrowsAsync<Dhis2Exception>(() => FoundAsync(imports, "aggregateDataExchanges", query));
        Assert.Equal(("E1003", ErrorKind.InvalidArgument), (refused.Code, refused.Kind));
    }

    [Theory]
    [InlineData("", "123")]
    [InlineData("name:desc", "231")]
    [InlineData("name:idesc", "321")]
    [InlineData("code:asc", "132")]
    [InlineData("code:desc", "231")]
    [InlineData("sortOrder", "132")]
    [InlineData("sortOrder:desc,name:idesc", "231")]
    [InlineData("lastUpdated:desc", "321")]
    [InlineData("aggregationLevels:asc", "123")]
    [InlineData("name:sideways,nope:desc,x'y:asc", "123")]
    public async Task Orders_put_absent_last_and_numbers_as_numbers(string order, string expected)
    {
        await using var imports = await ImportedAsync();
        Assert.Equal(expected, await FoundAsync(imports, "dataElements", new MetadataQuery { Orders = [.. ListOrder.Parse([order])] }));
    }

    [Theory]
    [InlineData("aaaaaaaaaa2", "2")]
    [InlineData("ANC", "1")]
    [InlineData("anc", "1")]
    [InlineData("IS", "1")]
    [InlineData("s", "123")]
    public async Task A_search_is_for_uid_code_or_part_of_the_name(string text, string expected)
    {
        await using var imports = await ImportedAsync();
        Assert.Equal(expected, await FoundAsync(imports, "dataElements", new MetadataQuery { Search = text }));
    }

    [Fact]
    public async Task One_of_several_filters_is_enough_when_asked()
    {
        await using var imports = await ImportedAsync();
        ListFilter[] filters = [ListFilter.Parse("code:eq:ANC"), ListFilter.Parse("valueType:eq:TEXT")];
        Assert.Equal("", await FoundAsync(imports, "dataElements", new MetadataQuery { Filters = filters }));
        Assert.Equal("12", await FoundAsync(imports, "dataElements", new MetadataQuery { Filters = filters, Any = true }));
    }

    [Fact]
    public async Task Units_tell_path_and_level_of_now()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Documents.Of(("organisationUnits", [Documents.Unit(1), Documents.Unit(2, 1)])));
        var query = new MetadataQuery { Filters = [ListFilter.Parse($"path:like:{Documents.Uid(1)}"), ListFilter.Parse("level:gt:1")] };
        await using var listing = await imports.Objects.ListAsync("organisationUnits", query, Ct);
        var unit = Assert.Single(await listing.ReadAsync(0, 10, Ct).ToListAsync(Ct));
        Assert.Equal(Documents.Uid(2), unit.Uid);
        Assert.Contains($"/{Documents.Uid(1)}/{Documents.Uid(2)}", unit.Json, StringComparison.Ordinal);
        Assert.Contains("\"level\":2", Assert.Single(await imports.Objects.FindAsync([Documents.Uid(2)], Ct)).Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_very_many_objects_come_complete_and_in_order()
    {
        const int count = 100_000;
        await using var imports = new Imports(128L << 20);
        await using (var write = await imports.Store.Warehouse.BeginWriteAsync(WriteTurn.Documents, Ct))
        {
            await write.Connection.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $$"""
                insert into object select 'dataElements', 'u' || lpad(i::varchar, 10, '0'), null, 'Name ' || lpad((i * 7919 % {{count}})::varchar, 6, '0'),
                    '2024-01-01', '2024-01-01', '{"id":"u' || lpad(i::varchar, 10, '0') || '","group":' || (i % 1000) || ',"text":"' || repeat('x', 600) || '"}'
                from range({{count}}) t(i)
                """), Ct);
            await write.CommitAsync(Ct);
        }

        await using (var listing = await imports.Objects.ListAsync("dataElements", new MetadataQuery(), Ct))
        {
            Assert.Equal(count, await listing.CountAsync(Ct));
            var page = await listing.ReadAsync(70_000, 50, Ct).ToListAsync(Ct);
            Assert.Equal(Enumerable.Range(70_000, 50), page.Select(o => (int)(int.Parse(o.Uid.AsSpan(1), CultureInfo.InvariantCulture) * 7919L % count)));
            var last = -1;
            await foreach (var o in listing.ReadAsync(Ct))
                Assert.Equal(++last, (int)(int.Parse(o.Uid.AsSpan(1), CultureInfo.InvariantCulture) * 7919L % count));
            Assert.Equal(count - 1, last);
        }

        await using var some = await imports.Objects.ListAsync("dataElements", new MetadataQuery { Filters = [ListFilter.Parse("group:eq:17")] }, Ct);
        Assert.Equal((100, 50), (await some.CountAsync(Ct), (await some.ReadAsync(50, 1000, Ct).ToListAsync(Ct)).Count));
    }

    private static async Task<Imports> ImportedAsync()
    {
        var imports = new Imports();
        await imports.TextAsync(Document);
        return imports;
    }

    private static async Task<string> FoundAsync(Imports imports, string type, MetadataQuery query)
    {
        await using var listing = await imports.Objects.ListAsync(type, query, Ct);
        var page = await listing.ReadAsync(0, 50, Ct).ToListAsync(Ct);
        var all = await listing.ReadAsync(Ct).ToListAsync(Ct);
        Assert.Equal(page, all);
        Assert.Equal(page.Count, await listing.CountAsync(Ct));
        return string.Concat(page.Select(o => o.Uid[^1]));
    }
}
