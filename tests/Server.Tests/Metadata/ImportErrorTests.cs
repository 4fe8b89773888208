using System.Text;
using System.Text.Json.Nodes;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Metadata;
using Dhis2Grpc.Server.Security;
using static Dhis2Grpc.Server.Tests.Metadata.Documents;

namespace Dhis2Grpc.Server.Tests.Metadata;

public sealed class ImportErrorTests
{
    [Theory]
    [InlineData("E4000", "shortName", """{"dataElements":[{"id":"aaaaaaaaaa1","name":"A","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM"}]}""")]
    [InlineData("E4000", "name", """{"organisationUnits":[{"id":"aaaaaaaaaa1","shortName":"A","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4000", "indicatorType", """{"indicators":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","numerator":"1","denominator":"1"}]}""")]
    [InlineData("E4014", "id", """{"organisationUnits":[{"id":"1aaaaaaaaaa","name":"A","shortName":"A","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4001", "shortName", """{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"A","shortName":"123456789012345678901234567890123456789012345678901","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4002", "name", """{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"","shortName":"A","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4027", "openingDate", """{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","openingDate":"yesterday"}]}""")]
    [InlineData("E4027", "name", """{"organisationUnits":[{"id":"aaaaaaaaaa1","name":["A"],"shortName":"A","openingDate":"2020-01-01"}]}""")]
    [InlineData("E4027", "valueType", """{"dataElements":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","valueType":"COLOUR","domainType":"AGGREGATE","aggregationType":"SUM"}]}""")]
    [InlineData("E4027", "categoryCombo", """{"dataElements":[{"id":"aaaaaaaaaa1","name":"A","shortName":"A","valueType":"NUMBER","domainType":"AGGREGATE","aggregationType":"SUM","categoryCombo":"bjDvmb4bfuf"}]}""")]
    [InlineData("E4027", "level", """{"organisationUnitLevels":[{"id":"aaaaaaaaaa1","name":"A","level":"high"}]}""")]
    [InlineData("E4027", "organisationUnits", """{"organisationUnitGroups":[{"id":"aaaaaaaaaa1","name":"A","organisationUnits":{"id":"x"}}]}""")]
    [InlineData("E4027", "periodType", """{"dataSets":[{"id":"aaaaaaaaaa1","name":"A","periodType":"Hourly"}]}""")]
    public async Task A_bad_object_is_named_and_nothing_is_stored(string code, string property, string document)
    {
        await using var imports = new Imports();
        var before = await imports.Store.ScalarAsync<long>("select count(*) from object");
        var report = await imports.TextAsync(document);
        Assert.Equal(ImportStatus.Error, report.Status);
        Assert.Equal(new ImportStats(0, 0, 0, 1), report.Stats);
        var o = Assert.Single(Assert.Single(report.Types).Objects);
        var error = Assert.Single(o.Errors);
        Assert.Equal((code, property), (error.Code, error.Property));
        Assert.Contains(property == "id" ? o.Uid : property, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await imports.Store.ScalarAsync<long>("select count(*) from object"));
    }

    [Fact]
    public async Task A_broken_reference_names_both_objects_and_refuses_the_document()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "Births"), Element("aaaaaaaaaa2", "Deaths", "zzzzzzzzzz9")])));
        Assert.Equal(ImportStatus.Error, report.Status);
        Assert.Equal(new ImportStats(0, 0, 0, 2), report.Stats);
        var o = Assert.Single(report.Types[0].Objects);
        Assert.Equal((1, "aaaaaaaaaa2"), (o.Index, o.Uid));
        Assert.Equal("E5002", o.Errors[0].Code);
        Assert.Equal("Invalid reference [zzzzzzzzzz9] (CategoryCombo) on object Deaths [aaaaaaaaaa2] (DataElement) for association `categoryCombo`", o.Errors[0].Message);
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select count(*) from dataelement"));
    }

    [Fact]
    public async Task Without_atomic_mode_a_broken_reference_is_left_out_and_the_bad_object_skipped()
    {
        await using var imports = new Imports();
        var bad = Element("aaaaaaaaaa3", "Bad");
        bad["valueType"] = "COLOUR";
        var report = await imports.TextAsync(
            Of(("dataElements", [Element("aaaaaaaaaa1", "Births"), Element("aaaaaaaaaa2", "Deaths", "zzzzzzzzzz9"), bad]), ("dataElementGroups", [Named("aaaaaaaaaa4", "G", "dataElements", "aaaaaaaaaa1", "aaaaaaaaaa9")])),
            new MetadataImportOptions { Atomic = AtomicMode.None });
        Assert.Equal(ImportStatus.Warning, report.Status);
        Assert.Equal(new ImportStats(3, 0, 0, 1), report.Stats);
        Assert.Equal(["aaaaaaaaaa1|bjDvmb4bfuf", "aaaaaaaaaa2|bjDvmb4bfuf"],
            await imports.Store.TextsAsync("select e.uid, c.uid from dataelement e join categorycombo c using (categorycomboid) order by 1"));
        Assert.Equal(1, await imports.Store.ScalarAsync<long>("select count(*) from dataelementgroupmembers"));
    }

    [Fact]
    public async Task A_missing_unit_of_a_data_set_is_only_warned_of()
    {
        await using var imports = new Imports();
        var set = Named("aaaaaaaaaa1", "S", "organisationUnits", Uid(1), Uid(2));
        set["periodType"] = "Monthly";
        var report = await imports.TextAsync(Of(("dataSets", [set]), ("organisationUnits", [Unit(1)])));
        Assert.Equal(ImportStatus.Warning, report.Status);
        Assert.Equal(Uid(2), Assert.Single(Assert.Single(report.Types, t => t.Objects.Count > 0).Objects[0].Errors).Value);
        Assert.Equal(1, await imports.Store.ScalarAsync<long>("select count(*) from datasetsource"));
    }

    [Fact]
    public async Task A_UID_used_twice_is_reported()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(Of(("organisationUnits", [Unit(1), Unit(2), Unit(1)])));
        Assert.Equal(ImportStatus.Error, report.Status);
        var o = Assert.Single(report.Types[0].Objects);
        Assert.Equal((2, "E5004"), (o.Index, o.Errors[0].Code));
    }

    [Fact]
    public async Task Names_and_codes_are_unique_in_the_document_and_in_the_store()
    {
        await using var imports = new Imports();
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "Births")])))).Status);
        var stored = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa2", "Births")])));
        Assert.All(stored.Types[0].Objects[0].Errors, e => Assert.Equal(("E5003", "aaaaaaaaaa1"), (e.Code, e.MainId)));
        var inside = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa3", "Deaths"), Element("aaaaaaaaaa4", "Deaths")])));
        Assert.Equal(2, inside.Types[0].Objects.Count);
        Assert.All(inside.Types[0].Objects.SelectMany(o => o.Errors), e => Assert.Equal("E5005", e.Code));
    }

    [Fact]
    public async Task Names_may_be_exchanged_in_one_document()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "A"), Element("aaaaaaaaaa2", "B")])));
        var report = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "B"), Element("aaaaaaaaaa2", "A")])));
        Assert.Equal(ImportStatus.Ok, report.Status);
    }

    [Theory]
    [InlineData("""{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"A","shortN""", "line 1, column")]
    [InlineData("{\n \"organisationUnits\":[\n  {\"id\":\"aaaaaaaaaa1\",\"name\":\"A\",\"shortName\":\"A\",\"openingDate\":\"2020-01-01\"},\n", "line 4, column 1")]
    [InlineData("{\n \"organisationUnits\":[\n  {\"id\":aaa}]}", "line 3, column 9")]
    [InlineData("""{"organisationUnits":[]} x""", "line 1, column 26")]
    [InlineData("", "line 1, column 1")]
    [InlineData("[]", "one JSON object")]
    [InlineData("""{"organisationUnits":{"id":"aaaaaaaaaa1"}}""", "must be an array")]
    [InlineData("""{"organisationUnits":["aaaaaaaaaa1"]}""", "must be an object")]
    [InlineData("""{"organisationUnits":[{"id":"aaaaaaaaaa1","name":"\ud800","shortName":"A","openingDate":"2020-01-01"}]}""", "Item 0")]
    public async Task A_malformed_document_is_refused_whole(string document, string says)
    {
        await using var imports = new Imports();
        var before = await imports.Store.ScalarAsync<long>("select count(*) from object");
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => imports.TextAsync(document));
        Assert.Equal((ErrorKind.InvalidArgument, 409), (e.Kind, e.HttpStatus));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Equal(before, await imports.Store.ScalarAsync<long>("select count(*) from object"));
        Assert.DoesNotContain(
            Directory.GetFiles(imports.Store.DataDirectory, "*", SearchOption.AllDirectories),
            f => f.Contains("incoming", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_damaged_gzip_is_refused()
    {
        await using var imports = new Imports();
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => imports.BytesAsync([0x1f, 0x8b, 8, 0, .. Encoding.ASCII.GetBytes("not gzip at all, but long enough to be read")]));
        Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
    }

    [Fact]
    public async Task Every_place_to_cut_a_document_is_refused()
    {
        await using var imports = new Imports();
        var document = Encoding.UTF8.GetBytes(Of(("organisationUnits", [Unit(1)]), ("dataElements", [Element("aaaaaaaaaa1", "Geburten äöü")])));
        for (var length = 0; length < document.Length; length += 7)
            await Assert.ThrowsAsync<Dhis2Exception>(() => imports.BytesAsync(document[..length]));
        Assert.Equal(ImportStatus.Ok, (await imports.BytesAsync(document)).Status);
    }

    public static TheoryData<string, string, string, string> Formats => new()
    {
        { "organisationUnits", """{"email":"nobody"}""", "E4003", "Property `email` requires a valid email address, was given `nobody`" },
        { "organisationUnits", """{"url":"ftp://x"}""", "E4004", "Property `url` requires a valid URL, was given `ftp://x`" },
        { "users", """{"password":"short"}""", "E4005", "Property `password` requires a valid password, `Password must have at least 8, and at most 72 characters`" },
        { "users", """{"userCredentials":{"password":"alllowercase1!"}}""", "E4005", "Property `password` requires a valid password, `Password must have at least one upper case`" },
        { "mapViews", """{"colorLow":"red"}""", "E4006", "Property `colorLow` requires a valid HEX color, was given `red`" },
        { "trackedEntityAttributes", """{"generated":true,"valueType":"NUMBER","shortName":"A"}""", "E4010", "Attribute `generated` is not supported for type `NUMBER`" },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Texts_that_must_look_like_something_do(string collection, string members, string code, string message)
    {
        await using var imports = new Imports();
        var o = Unit(1);
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject().ToList()) o[name] = value!.DeepClone();
        var report = await imports.TextAsync(Of((collection, [o])));
        var error = Assert.Single(Assert.Single(Assert.Single(report.Types).Objects).Errors);
        Assert.Equal((code, message), (error.Code, error.Message));
        Assert.Equal(ImportStatus.Error, report.Status);
    }

    [Fact]
    public async Task Texts_that_look_right_or_are_empty_pass()
    {
        await using var imports = new Imports();
        var unit = Unit(1);
        (unit["email"], unit["url"]) = ("a.b+c@health.gov.ug", "https://example.org");
        var other = Unit(2);
        (other["email"], other["url"]) = ("", "");
        var report = await imports.TextAsync(Of(("organisationUnits", [unit, other]), ("users",
        [
            new JsonObject { ["id"] = "user0000001", ["surname"] = "S", ["password"] = "$2a$10$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0" },
            new JsonObject { ["id"] = "user0000002", ["surname"] = "T", ["password"] = "Passw0rd!" },
        ])));
        Assert.Equal(ImportStatus.Ok, report.Status);
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select count(*) from object where contains(json, 'assw')"));
    }

    [Fact]
    public async Task Attribute_values_keep_the_rules_of_their_attributes()
    {
        await using var imports = new Imports();
        var first = Valued("aaaaaaaaaa1", "Births", ("attrUnique1", "1"), ("attrNeeded1", "x"));
        var report = await imports.TextAsync(Of(("attributes",
            [
                Attribute("attrUnique1", "Number", """{"unique":true,"dataElementAttribute":true}"""), Attribute("attrNeeded1", "Needed", """{"mandatory":true,"objectTypes":["DATA_ELEMENT"]}"""),
                Attribute("attrOther01", "Other", """{"organisationUnitAttribute":true}"""),
            ]), ("dataElements", [first])));
        Assert.Equal(ImportStatus.Ok, report.Status);

        report = await imports.TextAsync(Of(("dataElements",
        [
            Valued("aaaaaaaaaa2", "Deaths", ("attrUnique1", "1"), ("attrNeeded1", "x")), Valued("aaaaaaaaaa3", "Cases", ("attrUnique1", "2"), ("attrNeeded1", "x")),
            Valued("aaaaaaaaaa4", "Others", ("attrUnique1", "2"), ("attrNeeded1", "x")), Valued("aaaaaaaaaa5", "None", ("attrUnique1", "3")),
            Valued("aaaaaaaaaa6", "Foreign", ("attrOther01", "3"), ("attrNeeded1", "x")),
        ])), new MetadataImportOptions { Atomic = AtomicMode.None });
        Assert.Equal(
        [
            "aaaaaaaaaa2 E4009 Attribute `Number` is unique, and value `1` already exist", "aaaaaaaaaa4 E4009 Attribute `Number` is unique, and value `2` already exist",
            "aaaaaaaaaa5 E4011 Attribute `attrNeeded1` is required, but no value was found", "aaaaaaaaaa6 E6012 Attribute `attrOther01` is not assigned to `DataElement`",
        ], report.Types[0].Objects.SelectMany(o => o.Errors.Select(e => $"{o.Uid} {e.Code} {e.Message}")));
        Assert.All(report.Types[0].Objects.SelectMany(o => o.Errors), e => Assert.Equal("org.hisp.dhis.attribute.Attribute", e.MainClass));
        Assert.Equal(new ImportStats(1, 0, 0, 4), report.Stats);

        // An object keeps what it has.
        first["attributeValues"]![0]!["value"] = "9";
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(Of(("dataElements", [first, Valued("aaaaaaaaaa2", "Deaths", ("attrUnique1", "1"), ("attrNeeded1", "x"))])))).Status);
    }

    [Fact]
    public async Task An_option_set_has_each_option_once()
    {
        await using var imports = new Imports();
        await imports.TextAsync(Of(("optionSets", [OptionSet()]), ("options", [Option("option00001", "A", "Yes"), Option("option00002", "B", "No")])));

        var report = await imports.TextAsync(Of(("options", [Option("option00003", "A", "Other"), Option("option00004", "C", "No"), Option("option00005", "D", "More")])),
            new MetadataImportOptions { Atomic = AtomicMode.None });

        Assert.Equal(["Option set `optionSet01` already contains option `option00001`", "Option set `optionSet01` already contains option `option00002`"],
            report.Types[0].Objects.SelectMany(o => o.Errors).Where(e => e.Code == "E4028").Select(e => e.Message));
        Assert.Equal(new ImportStats(1, 0, 0, 2), report.Stats);
        Assert.Equal(ImportStatus.Ok, (await imports.TextAsync(Of(("options", [Option("option00001", "B", "No"), Option("option00002", "A", "Yes")])))).Status);
    }

    private static readonly User Nobody = Imports.Admin with { Uid = "userNobody1", Username = "nobody", FirstName = "No", Surname = "Body", Authorities = new HashSet<string>() };

    [Fact]
    public async Task Who_may_create_nothing_creates_nothing()
    {
        await using var imports = new Imports();
        var report = await imports.TextAsync(Of(("dataElements", [Element("aaaaaaaaaa1", "Births")])), by: Nobody);
        var error = Assert.Single(Assert.Single(report.Types[0].Objects).Errors);
        Assert.Equal(("E3000", "User `No Body [userNobody1] (User)` is not allowed to create objects of type Births [aaaaaaaaaa1] (DataElement)"), (error.Code, error.Message));
        Assert.Equal(0, await imports.Store.ScalarAsync<long>("select count(*) from dataelement"));
    }

    [Theory]
    [InlineData("rw------", "", "", "F_DATAELEMENT_PUBLIC_ADD", true)]
    [InlineData("rw------", "", "", "F_DATAELEMENT_PRIVATE_ADD", false)]
    [InlineData("rw------", "", "", "", false)]
    [InlineData("r-------", "", "", "F_DATAELEMENT_PUBLIC_ADD", false)]
    [InlineData("--------", "userNobody1", "", "F_DATAELEMENT_PRIVATE_ADD", true)]
    [InlineData("--------", "", "", "F_DATAELEMENT_PRIVATE_ADD", false)]
    [InlineData("--------", "", "groupWrite1", "F_DATAELEMENT_PRIVATE_ADD", true)]
    public async Task Who_may_change_an_object_is_said_by_its_sharing_and_the_authorities(string access, string user, string group, string authority, bool allowed)
    {
        await using var imports = new Imports();
        var shared = Element("aaaaaaaaaa1", "Births");
        shared["sharing"] = new JsonObject
        {
            ["owner"] = "userOther01",
            ["public"] = access,
            ["users"] = new JsonObject { [user.Length > 0 ? user : "userOther02"] = new JsonObject { ["id"] = user, ["access"] = "rw------" } },
            ["userGroups"] = group.Length == 0 ? [] : new JsonObject { [group] = new JsonObject { ["id"] = group, ["access"] = "rw------" } },
        };
        await imports.TextAsync(Of(("dataElements", [shared]), ("userGroups", [Named("groupWrite1", "W", "users", "userNobody1")]),
            ("users", [new JsonObject { ["id"] = "userNobody1", ["username"] = "nobody" }])));
        var caller = Nobody with { Authorities = new HashSet<string> { authority, "F_DATAELEMENT_DELETE" } };

        // What the document says of sharing gives nobody more.
        var taken = Element("aaaaaaaaaa1", "Changed");
        taken["sharing"] = new JsonObject { ["owner"] = "userNobody1", ["public"] = "rwrw----" };
        var report = await imports.TextAsync(Of(("dataElements", [taken])), by: caller);

        if (allowed)
        {
            Assert.Equal(ImportStatus.Ok, report.Status);
        }
        else
        {
            var error = Assert.Single(Assert.Single(report.Types[0].Objects).Errors);
            Assert.Equal(("E3001", "User `No Body [userNobody1] (User)` is not allowed to update object `Changed [aaaaaaaaaa1] (DataElement)`"), (error.Code, error.Message));
            report = await imports.TextAsync(Of(("dataElements", [shared])), new MetadataImportOptions { Strategy = ImportStrategy.Delete }, caller);
            error = Assert.Single(Assert.Single(report.Types[0].Objects).Errors);
            Assert.Equal(("E3002", "User `No Body [userNobody1] (User)` is not allowed to delete object `Births [aaaaaaaaaa1] (DataElement)`"), (error.Code, error.Message));
        }
        Assert.Equal(allowed ? "Changed" : "Births", await imports.Store.ScalarAsync<string>("select name from dataelement"));
    }

    private static JsonObject Attribute(string uid, string name, string members)
    {
        var attribute = JsonNode.Parse(members)!.AsObject();
        (attribute["id"], attribute["name"], attribute["valueType"]) = (uid, name, "TEXT");
        return attribute;
    }

    private static JsonObject Valued(string uid, string name, params (string Attribute, string Value)[] values)
    {
        var element = Element(uid, name);
        element["attributeValues"] = new JsonArray([.. values.Select(v => new JsonObject { ["attribute"] = Reference(v.Attribute), ["value"] = v.Value })]);
        return element;
    }

    private static JsonObject OptionSet() => new() { ["id"] = "optionSet01", ["name"] = "S", ["valueType"] = "TEXT" };

    private static JsonObject Option(string uid, string code, string name) =>
        new() { ["id"] = uid, ["code"] = code, ["name"] = name, ["optionSet"] = Reference("optionSet01") };
}
