namespace Dhis2Grpc.Server.Rest.Writing;

/// <summary>Members of a message to write, in order.</summary>
internal sealed class Selection(SelectedMember[] members)
{
    /// <summary>The members.</summary>
    public SelectedMember[] Members { get; } = members;
}

/// <summary>One member to write.</summary>
/// <param name="Name">Its name in the output.</param>
/// <param name="Field">How it is written.</param>
/// <param name="Nested">Members of the messages that it holds; null for all.</param>
internal readonly record struct SelectedMember(JsonName Name, FieldPlan Field, Selection? Nested);
