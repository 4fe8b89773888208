using Dhis2.Common.V1;
using WireErrorReport = Dhis2.Common.V1.ErrorReport;

namespace Dhis2Grpc.Server.Errors;

/// <summary>The problems of an object as both faces show them.</summary>
internal static class ObjectReports
{
    /// <summary>The report of the object that an exception is about; null when it is about none.</summary>
    public static ObjectReport? ToReport(this Dhis2Exception e)
    {
        if (e.Reports.Count == 0 && e.ObjectClass is null)
            return null;
        var report = new ObjectReport { Klass = e.ObjectClass ?? "", ErrorReports = { e.Reports.Select(ToMessage) } };
        if (e.ObjectUid is not null)
            report.Uid = e.ObjectUid;
        if (e.ObjectIndex is { } index)
            report.Index = index;
        return report;
    }

    private static WireErrorReport ToMessage(ErrorReport r)
    {
        var message = new WireErrorReport { Message = r.Message, ErrorCode = r.Code, ErrorProperties = { r.Arguments }, Args = { r.Arguments } };
        if (r.MainClass is not null)
            message.MainKlass = r.MainClass;
        if (r.MainId is not null)
            message.MainId = r.MainId;
        if (r.PropertyClass is not null)
            message.ErrorKlass = r.PropertyClass;
        if (r.Property is not null)
            message.ErrorProperty = r.Property;
        if (r.Value is not null)
            message.Value = r.Value;
        return message;
    }
}
