using System.IO.Compression;
using System.Text;
using Dhis2.Common.V1;
using Dhis2Grpc.Server.Data;
using Dhis2Grpc.Server.Security;
using Dhis2Grpc.Server.Storage;
using Dhis2Grpc.Server.Tests.Warehouse;
using Dhis2Grpc.Server.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Server.Tests.Data;

/// <summary>A warehouse with a little metadata, and the import under test.</summary>
internal sealed class DataWarehouse : IAsyncDisposable
{
    public const string Number = "deNumber001", Integer = "deInteger01", Positive = "dePositive1", Negative = "deNegative1",
        ZeroOrPositive = "deZeroPos01", Percentage = "dePercent01", Unit = "deUnitInt01", Flag = "deBoolean01", Only = "deTrueOnly1",
        Date = "deDate00001", Text = "deText00001", Average = "deAverage01", SignificantZero = "deZeroSig01", Choice = "deOption001";

    public const string Root = "ouRoot00001", North = "ouNorth0001", South = "ouSouth0001", Clinic = "ouClinic001";

    public const string Male = "cocMale0001", Female = "cocFemale01", Default = "HllvX50cXC0", Project = "aocProject1";

    public const string DataSet = "dsMonthly01";

    public static readonly DateTimeOffset Now = new(2024, 3, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly StorageOptions _storage;

    private DataWarehouse(TemporaryWarehouse files)
    {
        Files = files;
        _storage = new StorageOptions { DataDirectory = files.DataDirectory };
        Time = new FakeTimeProvider(Now);
        Import = new DataValueSetImport(files.Warehouse, new ImportLookupCache(), Options.Create(_storage), Time, NullLogger<DataValueSetImport>.Instance);
    }

    public TemporaryWarehouse Files { get; }

    public FakeTimeProvider Time { get; }

    public DataValueSetImport Import { get; }

    public static User Admin { get; } = UserWith("ALL");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<DataWarehouse> CreateAsync()
    {
        var data = new DataWarehouse(new TemporaryWarehouse());
        await data.ExecuteAsync($"""
            insert into organisationunit (organisationunitid, uid, code, name, parentid, path, hierarchylevel, openingdate) values
                (101, '{Root}', 'ROOT', 'Country', null, '/{Root}', 1, '2000-01-01'),
                (102, '{North}', 'NORTH', 'North', 101, '/{Root}/{North}', 2, '2000-01-01'),
                (103, '{South}', 'SOUTH', 'South', 101, '/{Root}/{South}', 2, '2000-01-01'),
                (104, '{Clinic}', 'CLINIC', 'Clinic', 102, '/{Root}/{North}/{Clinic}', 3, '2000-01-01');
            insert into orgunitgroup (orgunitgroupid, uid, name) values (151, 'ougRural001', 'Rural');
            insert into orgunitgroupmembers values (151, 103), (151, 104);
            insert into categoryoptioncombo (categoryoptioncomboid, uid, code, name) values
                (201, '{Male}', 'M', 'Male'), (202, '{Female}', 'F', 'Female'), (203, '{Project}', 'P', 'Project');
            insert into dataelement
                (dataelementid, uid, code, name, valuetype, domaintype, aggregationtype, categorycomboid, zeroissignificant) values
                (301, '{Number}', 'DE_NUMBER', 'Number', 'NUMBER', 'AGGREGATE', 'SUM', 1, false),
                (302, '{Integer}', null, 'Integer', 'INTEGER', 'AGGREGATE', 'SUM', 1, false),
                (303, '{Positive}', null, 'Positive', 'INTEGER_POSITIVE', 'AGGREGATE', 'SUM', 1, false),
                (304, '{Negative}', null, 'Negative', 'INTEGER_NEGATIVE', 'AGGREGATE', 'SUM', 1, false),
                (305, '{ZeroOrPositive}', null, 'Zero or positive', 'INTEGER_ZERO_OR_POSITIVE', 'AGGREGATE', 'SUM', 1, false),
                (306, '{Percentage}', null, 'Percentage', 'PERCENTAGE', 'AGGREGATE', 'AVERAGE', 1, false),
                (307, '{Unit}', null, 'Unit interval', 'UNIT_INTERVAL', 'AGGREGATE', 'AVERAGE', 1, false),
                (308, '{Flag}', null, 'Flag', 'BOOLEAN', 'AGGREGATE', 'SUM', 1, false),
                (309, '{Only}', null, 'Only', 'TRUE_ONLY', 'AGGREGATE', 'SUM', 1, false),
                (310, '{Date}', null, 'Date', 'DATE', 'AGGREGATE', 'NONE', 1, false),
                (311, '{Text}', null, 'Text', 'TEXT', 'AGGREGATE', 'NONE', 1, false),
                (312, '{Average}', null, 'Average', 'NUMBER', 'AGGREGATE', 'AVERAGE', 1, false),
                (313, '{SignificantZero}', null, 'Zero counts', 'NUMBER', 'AGGREGATE', 'SUM', 1, true),
                (314, '{Choice}', null, 'Choice', 'TEXT', 'AGGREGATE', 'NONE', 1, false);
            insert into dataelementgroup (dataelementgroupid, uid, name) values (351, 'degNumbers1', 'Numbers');
            insert into dataelementgroupmembers values (351, 301), (351, 302);
            insert into dataset (datasetid, uid, code, name, periodtypeid, categorycomboid, mobile) values
                (401, '{DataSet}', 'MONTHLY', 'Monthly', 9, 1, false);
            insert into datasetelement values (451, 401, 301, null), (452, 401, 311, null);
            insert into object values
                ('dataElements', '{Choice}', null, 'Choice', '2020-01-01', '2020-01-01', '{Bound("id", Choice)}'),
                ('options', 'opRed000001', 'RED', 'Red', '2020-01-01', '2020-01-01', '{Bound("code", "RED")}'),
                ('options', 'opBlue00001', 'BLUE', 'Blue', '2020-01-01', '2020-01-01', '{Bound("code", "BLUE")}');
            """);
        return data;

        static string Bound(string name, string value) =>
            $$$"""{"{{{name}}}":"{{{value}}}","optionSet":{"id":"osColour001"}}""";
    }

    public static User UserWith(params string[] authorities) => new()
    {
        Uid = "usTester001",
        Username = "tester",
        FirstName = "Test",
        Surname = "User",
        PasswordHash = "",
        Authorities = authorities.ToHashSet(),
        Created = Now,
        LastUpdated = Now,
    };

    public static string Value(string element, string period, string orgUnit, string? value, string more = "") =>
        $$"""{"dataElement":"{{element}}","period":"{{period}}","orgUnit":"{{orgUnit}}"{{(value is null ? "" : $",\"value\":\"{value}\"")}}{{more}}}""";

    public static string Document(params string[] values) => $$"""{"dataValues":[{{string.Join(',', values)}}]}""";

    public async Task<ImportSummary> ImportAsync(string document, DataImportOptions? options = null, bool gzip = false, User? caller = null) =>
        await ImportAsync(gzip ? Zipped(document) : Encoding.UTF8.GetBytes(document), options, caller);

    public async Task<ImportSummary> ImportAsync(byte[] document, DataImportOptions? options = null, User? caller = null)
    {
        await using var spool = await SpoolAsync(document);
        return await Import.ImportAsync(spool, options ?? new(), caller ?? Admin, Cancel);
    }

    public async Task<DocumentSpool> SpoolAsync(byte[] document)
    {
        var spool = new DocumentSpool(_storage);
        await spool.CopyFromAsync(new MemoryStream(document), Cancel);
        return spool;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var write = await Files.Warehouse.BeginWriteAsync(WriteTurn.Documents, Cancel);
        await write.Connection.ExecuteAsync(sql, Cancel);
        await write.CommitAsync(Cancel);
    }

    /// <summary>All rows, as element|period|unit|category|attribute|value|comment|followup|deleted, sorted.</summary>
    public Task<List<string>> RowsAsync() => Files.TextsAsync("""
        select de.uid, pe.iso, ou.uid, coc.uid, aoc.uid, d.value, d.comment, d.followup, d.deleted
        from datavalue d join dataelement de using (dataelementid) join period pe using (periodid)
        join organisationunit ou on ou.organisationunitid = d.sourceid
        join categoryoptioncombo coc on coc.categoryoptioncomboid = d.categoryoptioncomboid
        join categoryoptioncombo aoc on aoc.categoryoptioncomboid = d.attributeoptioncomboid
        order by all
        """);

    public static byte[] Zipped(string text)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest))
            zip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    public ValueTask DisposeAsync() => Files.DisposeAsync();
}
