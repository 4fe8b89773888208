using System.Text;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Errors;
using static Server.Tests.Data.DataWarehouse;

namespace Server.Tests.Data;

public class DataValueSetImportTests
{
    [Fact]
    public async Task New_changed_equal_and_deleted_values_are_counted_as_DHIS2_does()
    {
        await using var data = await CreateAsync();
        var first = await data.ImportAsync(Document(
            Value(Number, "202401", Clinic, "1"), Value(Number, "202402", Clinic, "2"), Value(Number, "202403", Clinic, "3")));
        Assert.Equal(("SUCCESS", 3, 0, 0, 0), Outcome(first));
        Assert.Equal("Import process completed successfully", first.Description);
        Assert.Equal("false", first.DataSetComplete);

        var second = await data.ImportAsync(Document(
            Value(Number, "202401", Clinic, "1"), Value(Number, "202402", Clinic, "22"),
            Value(Number, "202403", Clinic, "3", ",\"deleted\":true"), Value(Number, "202404", Clinic, "4")));
        Assert.Equal(("SUCCESS", 1, 1, 1, 1), Outcome(second));
        Assert.Equal(
            [
                $"{Number}|202401|{Clinic}|{Default}|{Default}|1||False|False",
                $"{Number}|202402|{Clinic}|{Default}|{Default}|22||False|False",
                $"{Number}|202403|{Clinic}|{Default}|{Default}|3||False|True",
                $"{Number}|202404|{Clinic}|{Default}|{Default}|4||False|False",
            ],
            await data.RowsAsync());

        var back = await data.ImportAsync(Document(Value(Number, "202403", Clinic, "5")));
        Assert.Equal(("SUCCESS", 1, 0, 0, 0), Outcome(back));
    }

    [Fact]
    public async Task Times_users_comments_and_flags_are_kept()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(
            Value(Text, "2024W1", Root, "caf\\u00e9 \\\"x\\\"", """
                ,"storedBy":"clerk","created":"2024-02-01T08:00:00.000+0000","lastUpdated":"2024-02-03T09:30:00.125+0200",
                "comment":"late","followUp":true,"categoryOptionCombo":"cocMale0001","attributeOptionCombo":"aocProject1"
                """),
            Value(Text, "2024W2", Root, "b")));
        Assert.Equal(
            [
                "café \"x\"|clerk|2024-02-01 08:00:00|2024-02-03 07:30:00.125|late|true|201|203",
                "b|tester|2024-03-15 12:00:00|2024-03-15 12:00:00||false|" + await DefaultComboAsync(data),
            ],
            await data.Files.TextsAsync("""
                select value, storedby, created::varchar, lastupdated::varchar, comment, followup::varchar, categoryoptioncomboid, attributeoptioncomboid
                from datavalue order by periodid
                """));
        Assert.Equal(["Weekly|2024-01-01|2024-01-07|2024W1", "Weekly|2024-01-08|2024-01-14|2024W2"], await data.Files.TextsAsync(
            "select t.name, startdate::varchar, enddate::varchar, iso from period join periodtype t using (periodtypeid) order by iso"));
    }

    [Fact]
    public async Task A_deletion_brings_what_was_deleted_unless_it_is_the_strategy()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(Value(Number, "202401", Root, "1", ",\"comment\":\"a\""), Value(Number, "202402", Root, "1", ",\"comment\":\"a\"")));

        await data.ImportAsync(Document(Value(Number, "202401", Root, "2", ",\"comment\":\"b\",\"followup\":true,\"created\":\"2024-01-31\",\"deleted\":true")));
        await data.ImportAsync(Document(Value(Number, "202402", Root, "2", ",\"comment\":\"b\",\"followup\":true")), new() { Strategy = ImportStrategy.Delete });

        Assert.Equal(["2|b|true|2024-01-31 00:00:00|true", "1|a|false|2024-03-15 12:00:00|true"], await data.Files.TextsAsync(
            "select value, comment, followup::varchar, created::varchar, deleted::varchar from datavalue order by periodid"));
    }

    [Fact]
    public async Task Update_without_times_keeps_creation_and_stamps_the_change()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(Value(Number, "202401", Root, "1")));
        data.Time.Advance(TimeSpan.FromHours(1));
        await data.ImportAsync(Document(Value(Number, "202401", Root, "2")));
        data.Time.Advance(TimeSpan.FromHours(1));
        await data.ImportAsync(Document(Value(Number, "202401", Root, "2")));
        Assert.Equal(["2|2024-03-15 12:00:00|2024-03-15 13:00:00"], await data.Files.TextsAsync(
            "select value, created::varchar, lastupdated::varchar from datavalue"));
    }

    [Theory]
    [InlineData("NEW", 1, 0, 0, 1)]
    [InlineData("CREATE", 1, 0, 0, 1)]
    [InlineData("UPDATES", 0, 1, 0, 1)]
    [InlineData("update", 0, 1, 0, 1)]
    [InlineData("NEW_AND_UPDATES", 1, 1, 0, 0)]
    [InlineData("CREATE_AND_UPDATE", 1, 1, 0, 0)]
    [InlineData("DELETE", 0, 0, 1, 1)]
    [InlineData("", 1, 1, 0, 0)]
    public async Task Strategy_decides_what_is_written(string strategy, int imported, int updated, int deleted, int ignored)
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(Value(Number, "202401", Root, "1")));
        var summary = await data.ImportAsync(
            Document(Value(Number, "202401", Root, "2"), Value(Number, "202402", Root, "2")),
            new() { Strategy = ImportStrategies.Parse(strategy) });
        Assert.Equal(("SUCCESS", imported, updated, deleted, ignored), Outcome(summary));
        Assert.Equal(ignored == 0 ? [] : imported == 1 ? [0] : new[] { 1 }, summary.RejectedIndexes);
        var rows = await data.RowsAsync();
        Assert.Equal(1 + imported, rows.Count);
        Assert.Contains($"{Number}|202401|{Root}|{Default}|{Default}|{(updated > 0 ? 2 : 1)}||False|{deleted > 0}", rows);
        Assert.Throws<Dhis2Exception>(() => ImportStrategies.Parse("MERGE"));
    }

    [Fact]
    public async Task Dry_run_counts_and_stores_nothing_whoever_asks_for_it()
    {
        await using var data = await CreateAsync();
        var values = Value(Number, "202401", Root, "1");
        Assert.Equal(("SUCCESS", 1, 0, 0, 0), Outcome(await data.ImportAsync(Document(values), new() { DryRun = true })));
        Assert.Equal(("SUCCESS", 1, 0, 0, 0), Outcome(await data.ImportAsync($$"""{"dryRun":true,"dataValues":[{{values}}]}""")));
        Assert.Empty(await data.RowsAsync());
        Assert.Equal(0, await data.Files.ScalarAsync<long>("select count(*) from period"));
    }

    [Fact]
    public async Task Import_with_a_receipt_is_done_once()
    {
        await using var data = await CreateAsync();
        var first = await data.ImportAsync(Document(Value(Number, "202401", Root, "1"), Value("nopeUid1234", "202401", Root, "1")), new() { Receipt = "jobOfImport" });
        await data.ImportAsync(Document(Value(Number, "202401", Root, "2")));
        var again = await data.ImportAsync(Document(Value(Number, "202401", Root, "1"), Value("nopeUid1234", "202401", Root, "1")), new() { Receipt = "jobOfImport" });
        Assert.Equal(first, again);
        Assert.Contains("|2|", Assert.Single(await data.RowsAsync()), StringComparison.Ordinal);
        await data.ImportAsync(Document(Value(Number, "202401", Root, "3")), new() { Receipt = "jobOfOthers" });
        Assert.Contains("|3|", Assert.Single(await data.RowsAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Last_entry_of_a_key_wins_and_the_earlier_ones_count_as_ignored()
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync(Document(
            Value(Number, "202401", Root, "1"), Value(Number, "2024-01", Root, "2"), Value(Number, "202402", Root, "9"), Value(Number, "202401", Root, "3")));
        Assert.Equal(("SUCCESS", 2, 0, 0, 2), Outcome(summary));
        Assert.Equal(
            [$"{Number}|202401|{Root}|{Default}|{Default}|3||False|False", $"{Number}|202402|{Root}|{Default}|{Default}|9||False|False"],
            await data.RowsAsync());
    }

    [Fact]
    public async Task Zeros_that_mean_nothing_are_ignored_when_new_and_delete_what_was_there()
    {
        await using var data = await CreateAsync();
        var fresh = await data.ImportAsync(Document(
            Value(Number, "202401", Root, "0"), Value(Number, "202402", Root, "0.00"), Value(Average, "202401", Root, "0"),
            Value(SignificantZero, "202401", Root, "0"), Value(Text, "202401", Root, "0"), Value(Number, "202403", Root, "7")));
        Assert.Equal(("SUCCESS", 4, 0, 0, 2), Outcome(fresh));
        var later = await data.ImportAsync(Document(Value(Number, "202403", Root, "0")));
        Assert.Equal(("SUCCESS", 0, 0, 1, 0), Outcome(later));
    }

    [Fact]
    public async Task Empty_value_deletes_what_is_there_and_keeps_the_old_value_for_others_to_see()
    {
        await using var data = await CreateAsync();
        await data.ImportAsync(Document(Value(Number, "202401", Root, "7")));
        var summary = await data.ImportAsync(Document(Value(Number, "202401", Root, ""), Value(Number, "202402", Root, "")));
        Assert.Equal(("SUCCESS", 0, 0, 1, 1), Outcome(summary));
        Assert.Equal([$"{Number}|202401|{Root}|{Default}|{Default}|7||False|True"], await data.RowsAsync());
    }

    [Fact]
    public async Task Header_fills_in_what_values_lack_and_values_win()
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync($$"""
            {"period":"202401","orgUnit":"{{North}}","attributeOptionCombo":"{{Project}}","dataValues":[
              {"dataElement":"{{Number}}","value":"1"},
              {"dataElement":"{{Number}}","value":"2","period":"202402","orgUnit":"{{South}}","attributeOptionCombo":"{{Default}}"}]}
            """);
        Assert.Equal(("SUCCESS", 2, 0, 0, 0), Outcome(summary));
        Assert.Equal(
            [$"{Number}|202401|{North}|{Default}|{Project}|1||False|False", $"{Number}|202402|{South}|{Default}|{Default}|2||False|False"],
            await data.RowsAsync());
    }

    [Fact]
    public async Task Header_that_follows_the_values_counts_as_well()
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync($$"""
            {"dataValues":[{"dataElement":"DE_NUMBER","value":"1"},{"dataElement":"nope","value":"1"}],
             "period":"202401","orgUnit":"NORTH","idScheme":"CODE","categoryOptionComboIdScheme":"UID"}
            """);
        Assert.Equal(("WARNING", 1, 0, 0, 1), Outcome(summary));
        Assert.Equal("E7610", Assert.Single(summary.Conflicts).ErrorCode);
        Assert.Equal("CODE", summary.ImportOptions.IdSchemes["idScheme"]);
        Assert.Equal([$"{Number}|202401|{North}|{Default}|{Default}|1||False|False"], await data.RowsAsync());
    }

    [Fact]
    public async Task Codes_and_names_identify_when_asked()
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync(
            Document(Value("DE_NUMBER", "202401", "Clinic", "1")),
            new() { IdSchemes = new() { DataElement = IdScheme.Code, OrgUnit = IdScheme.Name } });
        Assert.Equal(("SUCCESS", 1, 0, 0, 0), Outcome(summary));
    }

    [Fact]
    public async Task Complete_date_registers_the_data_set_as_complete()
    {
        await using var data = await CreateAsync();
        var document = $$"""
            {"dataSet":"{{DataSet}}","completeDate":"2024-02-03","period":"202401","orgUnit":"{{Clinic}}",
             "dataValues":[{"dataElement":"{{Number}}","value":"1"}]}
            """;
        Assert.Equal("2024-02-03", (await data.ImportAsync(document)).DataSetComplete);
        Assert.Equal("2024-02-03", (await data.ImportAsync(document)).DataSetComplete);
        Assert.Equal(["401|202401|104|2024-02-03 00:00:00|tester|true"], await data.Files.TextsAsync("""
            select datasetid, iso, sourceid, date::varchar, storedby, completed::varchar
            from completedatasetregistration join period using (periodid)
            """));
    }

    [Fact]
    public async Task Completing_without_period_or_unit_is_a_conflict_and_the_values_are_kept()
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync($$"""
            {"dataSet":"{{DataSet}}","completeDate":"2024-02-03","dataValues":[{{Value(Number, "202401", Root, "1")}}]}
            """);
        Assert.Equal(("WARNING", 1, 0, 0, 0), Outcome(summary));
        Assert.Equal(2, summary.Conflicts.Count);
        Assert.Equal("false", summary.DataSetComplete);
        Assert.Equal(0, await data.Files.ScalarAsync<long>("select count(*) from completedatasetregistration"));
    }

    [Theory]
    [InlineData("dataSet", "E7600")]
    [InlineData("orgUnit", "E7603")]
    [InlineData("attributeOptionCombo", "E7604")]
    public async Task Unknown_object_in_the_header_stops_the_whole_import(string member, string code)
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync($$"""{"{{member}}":"nopeUid1234","dataValues":[{{Value(Number, "202401", Root, "1")}}]}""");
        Assert.Equal(("ERROR", 0, 0, 0, 0), Outcome(summary));
        var conflict = Assert.Single(summary.Conflicts);
        Assert.Equal((code, member, "nopeUid1234"), (conflict.ErrorCode, conflict.Property, conflict.Object));
        Assert.Empty(await data.RowsAsync());
    }

    [Theory]
    [InlineData("E7610", "dataElement", """{"dataElement":"nopeUid1234","period":"202401","orgUnit":"ouRoot00001","value":"1"}""")]
    [InlineData("E7610", "dataElement", """{"period":"202401","orgUnit":"ouRoot00001","value":"1"}""")]
    [InlineData("E7611", "period", """{"dataElement":"deNumber001","period":"20241","orgUnit":"ouRoot00001","value":"1"}""")]
    [InlineData("E7611", "period", """{"dataElement":"deNumber001","orgUnit":"ouRoot00001","value":"1"}""")]
    [InlineData("E7612", "orgUnit", """{"dataElement":"deNumber001","period":"202401","orgUnit":"nopeUid1234","value":"1"}""")]
    [InlineData("E7613", "categoryOptionCombo", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouRoot00001","categoryOptionCombo":"nopeUid1234","value":"1"}""")]
    [InlineData("E7615", "attributeOptionCombo", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouRoot00001","attributeOptionCombo":"nopeUid1234","value":"1"}""")]
    [InlineData("E7618", "value", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouRoot00001"}""")]
    [InlineData("E7618", "value", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouRoot00001","value":null,"comment":null}""")]
    [InlineData("E7619", "value", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouRoot00001","value":"abc"}""")]
    [InlineData("E7621", "value", """{"dataElement":"deOption001","period":"202401","orgUnit":"ouRoot00001","value":"GREEN"}""")]
    [InlineData("", "lastUpdated", """{"dataElement":"deNumber001","period":"202401","orgUnit":"ouRoot00001","value":"1","lastUpdated":"yesterday"}""")]
    public async Task Conflict_names_code_property_object_and_position(string code, string property, string bad)
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync(Document(
            Value(Number, "202401", Root, "1"), bad, Value(Choice, "202401", Root, "RED"), bad, Value(Number, "202402", Root, "1")));
        Assert.Equal(("WARNING", 3, 0, 0, 2), Outcome(summary));
        var conflict = Assert.Single(summary.Conflicts);
        Assert.Equal((code, property), (conflict.ErrorCode, conflict.Property));
        Assert.Equal([1, 3], conflict.Indexes);
        Assert.Equal([1, 3], summary.RejectedIndexes);
        Assert.NotEmpty(conflict.Value);
        Assert.NotEmpty(conflict.Objects);
        Assert.Equal(3, (await data.RowsAsync()).Count);
    }

    [Theory]
    [InlineData((int)StrictChecks.Periods, "E7632", "deNumber001", "2023", "ouClinic001", "")]
    [InlineData((int)StrictChecks.DataElements, "E7633", "deInteger01", "202401", "ouClinic001", "")]
    [InlineData((int)StrictChecks.CategoryOptionCombos, "E7634", "deNumber001", "202401", "ouClinic001", "\"categoryOptionCombo\":\"cocMale0001\",")]
    [InlineData((int)StrictChecks.AttributeOptionCombos, "E7635", "deNumber001", "202401", "ouClinic001", "\"attributeOptionCombo\":\"aocProject1\",")]
    [InlineData((int)StrictChecks.OrganisationUnits, "E7636", "deNumber001", "202401", "ouRoot00001", "")]
    [InlineData((int)StrictChecks.RequireCategoryOptionCombo, "E7630", "deNumber001", "202401", "ouClinic001", "")]
    [InlineData((int)StrictChecks.RequireAttributeOptionCombo, "E7631", "deNumber001", "202401", "ouClinic001", "")]
    public async Task Values_must_agree_with_the_data_sets_when_asked(int check, string code, string element, string period, string unit, string more)
    {
        await using var data = await CreateAsync();
        await data.ExecuteAsync($"""
            update dataset set categorycomboid = (select categorycomboid from categorycombo where uid = 'bjDvmb4bfuf');
            update dataelement set categorycomboid = (select categorycomboid from categorycombo where uid = 'bjDvmb4bfuf');
            insert into datasetsource values (401, 104);
            """);
        var bad = $$"""{{{more}}"dataElement":"{{element}}","period":"{{period}}","orgUnit":"{{unit}}","value":"1"}""";
        var good = Value(Number, "202401", Clinic, "1", $",\"categoryOptionCombo\":\"{Default}\",\"attributeOptionCombo\":\"{Default}\"");
        var document = $$"""{"dataSet":"{{DataSet}}","dataValues":[{{good}},{{bad}}]}""";
        var strict = await data.ImportAsync(document, new() { Strict = (StrictChecks)check, DryRun = true });
        Assert.Equal(("WARNING", 1, 0, 0, 1), Outcome(strict));
        Assert.Equal(code, Assert.Single(strict.Conflicts).ErrorCode);
        Assert.Equal("SUCCESS", (await data.ImportAsync(document)).Status);
    }

    [Fact]
    public async Task Too_long_comment_and_user_are_conflicts()
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync(Document(
            Value(Text, "202401", Root, "a", $",\"comment\":\"{new string('c', 50_001)}\""),
            Value(Text, "202402", Root, "a", $",\"storedBy\":\"{new string('s', 256)}\""),
            Value(Text, "202403", Root, new string('é', 50_001)),
            Value(Text, "202404", Root, new string('é', 50_000))));
        Assert.Equal(["E7620", "E7637", "E7619"], summary.Conflicts.Select(c => c.ErrorCode));
        Assert.Equal(50_000, await data.Files.ScalarAsync<long>("select length(value) from datavalue"));
    }

    [Fact]
    public async Task All_references_of_an_entry_are_reported_at_once()
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync(Document(Value("nopeElement", "nope", "nopeUnit123", "1")));
        Assert.Equal(["E7610", "E7611", "E7612"], summary.Conflicts.Select(c => c.ErrorCode));
        Assert.Equal(1, summary.ImportCount.Ignored);
        Assert.Equal([0], summary.RejectedIndexes);
    }

    [Fact]
    public async Task Conflicts_without_end_are_bounded()
    {
        await using var data = await CreateAsync();
        var summary = await data.ImportAsync(Document([.. Enumerable.Range(0, 10_500).Select(i => Value(Number, "202401", $"ou{i}", "1"))]));
        Assert.Equal(ImportConflicts.MaxConflicts, summary.Conflicts.Count);
        Assert.Equal(10_500, summary.ImportCount.Ignored);
        Assert.Equal(10_500, summary.RejectedIndexes.Count);
    }

    [Theory]
    [InlineData("{\"dataValues\":[{\"dataElement\":\"deNumber001\",\"period\":\"202401\",\"orgUnit\":\"ouRoot00001\",\"value\":\"1\"},\n {\"dataElement\"", "line 2, column 16")]
    [InlineData("{\"dataValues\":[{\"dataElement\":\"deNumber001\",\"period\":\"202401\",\"orgUnit\":\"ouRoot00001\",\"value\":\"1\"} x", "line 1, column 100")]
    [InlineData("{\"dataValues\":[]} x", "line 1, column 19")]
    [InlineData("", "empty")]
    [InlineData("   ", "line 1")]
    [InlineData("[]", "must be an object with the member dataValues")]
    [InlineData("\"text\"", "must be an object")]
    [InlineData("{\"dataValues\":{}}", "dataValues must be an array")]
    [InlineData("{\"dataValues\":[1]}", "dataValues[0] must be an object")]
    [InlineData("{\"period\":[1],\"dataValues\":[]}", "period must be a text")]
    [InlineData("{\"dataValues\":[{\"dataElement\":\"deNumber001\",\"period\":\"202401\",\"orgUnit\":\"ouRoot00001\",\"value\":\"1\"},{\"orgUnit\":{\"id\":\"x\"}}]}", "dataValues[1] has orgUnit")]
    [InlineData("{\"dataValues\":[{\"value\":\"\\ud800\"}]}", "not valid Unicode")]
    [InlineData("{\"idScheme\":\"COLOUR\",\"dataValues\":[]}", "Unknown id scheme")]
    public async Task Broken_document_says_where_and_stores_nothing(string document, string where)
    {
        await using var data = await CreateAsync();
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => data.ImportAsync(document));
        Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
        Assert.Contains(where, e.Message, StringComparison.Ordinal);
        Assert.Empty(await data.RowsAsync());
        // The turn is free again.
        Assert.Equal(("SUCCESS", 1, 0, 0, 0), Outcome(await data.ImportAsync(Document(Value(Number, "202401", Root, "1")))));
    }

    [Fact]
    public async Task Gzip_is_recognised_and_half_of_one_is_refused()
    {
        await using var data = await CreateAsync();
        var zipped = Zipped(Document([.. Enumerable.Range(1, 28).Select(d => Value(Number, $"202402{d:00}", Root, "1"))]));
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => data.ImportAsync(zipped[..(zipped.Length / 2)]));
        Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
        Assert.Empty(await data.RowsAsync());
        Assert.Equal(("SUCCESS", 28, 0, 0, 0), Outcome(await data.ImportAsync(zipped)));
    }

    [Fact]
    public async Task Byte_order_mark_unknown_members_numbers_and_truth_values_are_accepted()
    {
        await using var data = await CreateAsync();
        var document = $$"""
            {"extra":{"a":[1,{"b":null}]},"dataValues":[
              {"dataElement":"{{Number}}","period":202401,"orgUnit":"{{Root}}","value":12.5,"attributes":{"x":[{}]},"followup":true},
              {"dataElement":"{{Flag}}","period":"2024","orgUnit":"{{Root}}","value":true},
              {"dataElement":"{{Flag}}","period":"2023","orgUnit":"{{Root}}","value":"0"}],"more":[[]]}
            """;
        Assert.Equal(("SUCCESS", 3, 0, 0, 0), Outcome(await data.ImportAsync([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(document)])));
        Assert.Equal(["12.5|true", "false|false", "true|false"], await data.Files.TextsAsync(
            "select value, followup::varchar from datavalue order by value"));
    }

    [Fact]
    public async Task Caller_without_the_authority_is_refused_before_anything_is_read()
    {
        await using var data = await CreateAsync();
        var e = await Assert.ThrowsAsync<Dhis2Exception>(() => data.ImportAsync("not json", caller: UserWith("F_SCHEDULING_ADMIN")));
        Assert.Equal(ErrorKind.PermissionDenied, e.Kind);
        Assert.Equal(0, (await data.ImportAsync("{\"dataValues\":[]}", caller: UserWith("F_DATAVALUE_ADD"))).ImportCount.Imported);
    }

    private static (string Status, int Imported, int Updated, int Deleted, int Ignored) Outcome(Dhis2.Common.V1.ImportSummary s) =>
        (s.Status, s.ImportCount.Imported, s.ImportCount.Updated, s.ImportCount.Deleted, s.ImportCount.Ignored);

    private static async Task<string> DefaultComboAsync(DataWarehouse data)
    {
        var id = await data.Files.ScalarAsync<long>($"select categoryoptioncomboid from categoryoptioncombo where uid = '{Default}'");
        return $"{id}|{id}";
    }
}
