using System.Reflection;
using Dhis2.Scheduling.V1;
using Dhis2Grpc.Server.Rest;
using Dhis2Grpc.Server.Rest.Schema;
using Google.Protobuf.Reflection;

namespace Server.Tests.Rest;

public sealed class SchemaTests
{
    [Fact]
    public void The_parameters_of_a_job_are_found_by_its_type_in_lower_case()
    {
        var schema = new RestSchema();
        var typed = TypedOneof.Of(JobConfiguration.Descriptor, schema)!;
        var names = schema.Enum(JobConfiguration.Descriptor.FindFieldByName("job_type").EnumType);

        Assert.Equal("jobParameters", typed.JsonName);
        Assert.Equal("job_type", typed.Discriminator.Name);
        foreach (var field in typed.Oneof.Fields)
        {
            Assert.True(names.TryNumber(field.Name.ToUpperInvariant(), out var number));
            Assert.Same(field, typed.MemberFor(new JobConfiguration { JobType = (JobType)number }));
        }

        Assert.Null(typed.MemberFor(new JobConfiguration { JobType = JobType.ResourceTable }));
    }

    [Fact]
    public void A_oneof_without_such_names_is_not_taken_for_parameters() =>
        Assert.Null(TypedOneof.Of(WatchJobRunResponse.Descriptor, new RestSchema()));

    [Theory]
    [InlineData("ANALYTICS_TABLE", true)]
    [InlineData("analytics_table", false)]
    [InlineData("JOB_TYPE_ANALYTICS_TABLE", false)]
    [InlineData("UNSPECIFIED", false)]
    public void Enum_values_have_DHIS2s_names(string name, bool known)
    {
        var names = new RestSchema().Enum(JobConfiguration.Descriptor.FindFieldByName("job_type").EnumType);

        Assert.Equal(known, names.TryNumber(name, out _));
        Assert.Equal("org.hisp.dhis.scheduling.JobType", names.JavaClass);
        Assert.Equal("ANALYTICS_TABLE", names.NameOf((int)JobType.AnalyticsTable)!.Text);
        Assert.Null(names.NameOf(0));
        Assert.Null(names.NameOf(9999));
        Assert.Null(names.NameOf(-1));
    }

    [Fact]
    public void Every_http_rule_and_option_of_the_contracts_compiles()
    {
        var schema = new RestSchema();
        var routes = 0;
        foreach (var method in Services.SelectMany(s => s.Methods))
        {
            var rule = method.GetOptions()?.GetExtension(Google.Api.AnnotationsExtensions.Http);
            if (rule is null)
                continue;
            foreach (var binding in rule.AdditionalBindings.Prepend(rule))
            {
                routes++;
                _ = new RestRoute(method, binding, schema);
                // The transcoder does not start when a text is the body.
                if (binding.Body is not ("" or "*"))
                    Assert.Equal(FieldType.Message, method.InputType.FindFieldByName(binding.Body).FieldType);
                if (method.Rest().TextRequestField.Length > 0)
                    Assert.Equal("*", binding.Body);
            }
        }

        Assert.True(routes > 30, $"{routes}");
    }

    private static IEnumerable<ServiceDescriptor> Services =>
        typeof(JobConfiguration).Assembly.GetTypes()
            .Select(t => t.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null))
            .OfType<FileDescriptor>().SelectMany(f => f.Services);
}
