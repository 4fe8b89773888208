using Dhis2.Common.V1;
using Dhis2Grpc.Server.Errors;
using Dhis2Grpc.Server.Grpc;
using Google.Rpc;
using Grpc.Core;
using ErrorReport = Dhis2Grpc.Server.Errors.ErrorReport;

namespace Dhis2Grpc.Server.Tests.Grpc;

public sealed class RichErrorsTests
{
    [Fact]
    public void A_broken_rule_names_code_field_and_report()
    {
        var status = RichErrors.ToRpcException(new Dhis2Exception(ErrorKind.Conflict, "One or more errors occurred.")
        {
            ObjectClass = "org.hisp.dhis.scheduling.JobConfiguration",
            ObjectUid = "aB3dEfGhIj1",
            HttpStatus = 422,
            Reports =
            [
                new("E4000", "Missing required property `name`", "name") { MainClass = "m", PropertyClass = "java.lang.String", Arguments = ["name"] },
                new("E7005", "Cron expression is invalid: `{0}`") { MainId = "other", Value = "x" },
            ],
        }).GetRpcStatus()!;

        Assert.Equal((int)StatusCode.FailedPrecondition, status.Code);
        var info = status.GetDetail<ErrorInfo>();
        Assert.Equal(("dhis2.org", "E4000", "422"), (info.Domain, info.Reason, info.Metadata["httpStatus"]));
        var violation = Assert.Single(status.GetDetail<BadRequest>().FieldViolations);
        Assert.Equal(("name", "E4000"), (violation.Field, violation.Reason));
        var report = status.GetDetail<ObjectReport>();
        Assert.Equal(("org.hisp.dhis.scheduling.JobConfiguration", "aB3dEfGhIj1", 2), (report.Klass, report.Uid, report.ErrorReports.Count));
        Assert.Equal(["name"], report.ErrorReports[0].ErrorProperties);
        Assert.Equal("other", report.ErrorReports[1].MainId);
        Assert.False(report.ErrorReports[1].HasErrorProperty);
    }

    [Fact]
    public void Unavailable_says_when_to_come_back()
    {
        var status = RichErrors.ToRpcException(
            new Dhis2Exception(ErrorKind.Unavailable, "later") { RetryAfter = TimeSpan.FromSeconds(2) }).GetRpcStatus()!;

        Assert.Equal(TimeSpan.FromSeconds(2), status.GetDetail<RetryInfo>().RetryDelay.ToTimeSpan());
        Assert.Equal("UNAVAILABLE", status.GetDetail<ErrorInfo>().Reason);
    }

    [Theory]
    [InlineData(ErrorKind.InvalidArgument, StatusCode.InvalidArgument, "INVALID_ARGUMENT")]
    [InlineData(ErrorKind.Unauthenticated, StatusCode.Unauthenticated, "UNAUTHENTICATED")]
    [InlineData(ErrorKind.PermissionDenied, StatusCode.PermissionDenied, "PERMISSION_DENIED")]
    [InlineData(ErrorKind.NotFound, StatusCode.NotFound, "NOT_FOUND")]
    [InlineData(ErrorKind.Conflict, StatusCode.FailedPrecondition, "FAILED_PRECONDITION")]
    [InlineData(ErrorKind.AlreadyExists, StatusCode.AlreadyExists, "ALREADY_EXISTS")]
    [InlineData(ErrorKind.Aborted, StatusCode.Aborted, "ABORTED")]
    [InlineData(ErrorKind.TooLarge, StatusCode.ResourceExhausted, "RESOURCE_EXHAUSTED")]
    [InlineData(ErrorKind.Unimplemented, StatusCode.Unimplemented, "UNIMPLEMENTED")]
    [InlineData(ErrorKind.Unavailable, StatusCode.Unavailable, "UNAVAILABLE")]
    internal void Every_kind_has_its_code_and_reason(ErrorKind kind, StatusCode code, string reason)
    {
        var e = RichErrors.ToRpcException(new Dhis2Exception(kind, "m"));

        Assert.Equal((code, "m"), (e.StatusCode, e.Status.Detail));
        Assert.Equal(reason, e.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);
    }
}
