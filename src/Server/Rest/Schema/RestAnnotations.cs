using Dhis2.Rest.V1;
using Google.Api;
using Google.Protobuf.Reflection;
using AnnotationsExtensions = Dhis2.Rest.V1.AnnotationsExtensions;

namespace Dhis2Grpc.Server.Rest.Schema;

/// <summary>Reads the options by which contracts say how they look in DHIS2's JSON.</summary>
internal static class RestAnnotations
{
    /// <summary>REST behaviour of the method; the defaults when it says nothing.</summary>
    public static RestMethod Rest(this MethodDescriptor method) =>
        method.GetOptions()?.GetExtension(AnnotationsExtensions.RestMethod) ?? new RestMethod();

    /// <summary>REST shape of the message; the defaults when it says nothing.</summary>
    public static RestMessage Rest(this MessageDescriptor message) =>
        message.GetOptions()?.GetExtension(AnnotationsExtensions.RestMessage) ?? new RestMessage();

    /// <summary>REST shape of the field; the defaults when it says nothing.</summary>
    public static RestField Rest(this FieldDescriptor field) =>
        field.GetOptions()?.GetExtension(AnnotationsExtensions.RestField) ?? new RestField();

    /// <summary>Callers cannot set the field.</summary>
    public static bool IsReadOnly(this FieldDescriptor field) =>
        field.Rest().ReadOnly
        || (field.GetOptions()?.GetExtension(FieldBehaviorExtensions.FieldBehavior)?.Contains(FieldBehavior.OutputOnly) ?? false);
}
