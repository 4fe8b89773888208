using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>The member <c>href</c>: where the object itself is served.</summary>
internal sealed class HrefField<T>(string collection, Func<T, string> id) : FieldPlan("href")
    where T : class, IMessage
{
    private readonly byte[] _path = JsonOutput.Encode($"/{collection}/");

    /// <inheritdoc/>
    public override void Write(JsonOutput writer, JsonName name, IMessage message, Selection? selection, WriteScope scope)
    {
        writer.Name(name);
        TryWriteValue(writer, message, selection, scope);
    }

    /// <inheritdoc/>
    public override bool TryWriteValue(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope)
    {
        writer.String(scope.EncodedApiUrl, _path, id(Unsafe.As<T>(message)));
        return true;
    }
}

/// <summary>A member that DHIS2 added in a later version: callers of older ones do not get it.</summary>
internal sealed class LaterField(FieldPlan plan, int since) : FieldPlan(plan.Name)
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, JsonName name, IMessage message, Selection? selection, WriteScope scope)
    {
        if (scope.IsSince(since))
            plan.Write(writer, name, message, selection, scope);
    }

    /// <inheritdoc/>
    public override bool TryWriteValue(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope) =>
        scope.IsSince(since) && plan.TryWriteValue(writer, message, selection, scope);
}

/// <summary>A typed oneof as one member. It is always written whole, as DHIS2 does with job parameters.</summary>
internal sealed class TypedOneofField<T, TCase>(string name, Func<T, TCase> which, IReadOnlyDictionary<TCase, (Func<T, IMessage> Get, Lazy<WritePlan> Plan)> members)
    : FieldPlan(name)
    where T : class, IMessage
    where TCase : struct, Enum
{
    /// <inheritdoc/>
    public override void Write(JsonOutput writer, JsonName name, IMessage message, Selection? selection, WriteScope scope)
    {
        if (!members.TryGetValue(which(Unsafe.As<T>(message)), out var member))
            return;
        writer.Name(name);
        member.Plan.Value.Write(writer, member.Get(Unsafe.As<T>(message)), null, scope);
    }

    /// <inheritdoc/>
    public override bool TryWriteValue(JsonOutput writer, IMessage message, Selection? selection, WriteScope scope)
    {
        if (!members.TryGetValue(which(Unsafe.As<T>(message)), out var member))
            return false;
        member.Plan.Value.Write(writer, member.Get(Unsafe.As<T>(message)), null, scope);
        return true;
    }
}
