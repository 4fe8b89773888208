using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;

namespace Dhis2Grpc.Server.Rest.OpenApi;

/// <summary>What the contracts say of themselves. The descriptors in generated code carry no comments, so the descriptor
/// set that the build writes is kept as a resource.</summary>
internal sealed partial class ContractComments
{
    // Field numbers of descriptor.proto, of which the paths of comments consist.
    private const int Messages = 4, Enums = 5, Services = 6, Members = 2, NestedMessages = 3, NestedEnums = 4, Oneofs = 8;

    private readonly Dictionary<string, string> _byName = new(StringComparer.Ordinal);

    /// <summary>Reads the comments.</summary>
    public ContractComments()
    {
        using var set = typeof(ContractComments).Assembly.GetManifestResourceStream("contracts.binpb")!;
        foreach (var file in FileDescriptorSet.Parser.ParseFrom(set).File.Where(f => f.Package.StartsWith("dhis2.", StringComparison.Ordinal)))
        {
            foreach (var location in file.SourceCodeInfo.Location.Where(l => l.HasLeadingComments))
            {
                if (NameOf(file, [.. location.Path]) is { } name)
                    _byName[name] = Paragraphs(location.LeadingComments);
            }
        }
    }

    /// <summary>Comment of a descriptor, its paragraphs separated by empty lines; empty for none.</summary>
    public string Of(IDescriptor descriptor) => _byName.GetValueOrDefault(descriptor.FullName, "");

    /// <summary>First sentence of a comment, without the full stop.</summary>
    public static string Summary(string comment)
    {
        var end = SentenceEnd().Match(comment);
        return (end.Success ? comment[..end.Index] : comment).TrimEnd('.').ReplaceLineEndings(" ");
    }

    private static string? NameOf(FileDescriptorProto file, int[] path) => path switch
    {
        [Messages, var i, .. var rest] => InMessage(file.Package, file.MessageType[i], rest),
        [Enums, var i, .. var rest] => InEnum(file.Package, file.EnumType[i], rest),
        [Services, var i] => $"{file.Package}.{file.Service[i].Name}",
        [Services, var i, Members, var j] => $"{file.Package}.{file.Service[i].Name}.{file.Service[i].Method[j].Name}",
        _ => null,
    };

    private static string? InMessage(string scope, DescriptorProto message, int[] path)
    {
        var name = $"{scope}.{message.Name}";
        return path switch
        {
            [] => name,
            [Members, var i] => $"{name}.{message.Field[i].Name}",
            [Oneofs, var i] => $"{name}.{message.OneofDecl[i].Name}",
            [NestedMessages, var i, .. var rest] => InMessage(name, message.NestedType[i], rest),
            [NestedEnums, var i, .. var rest] => InEnum(name, message.EnumType[i], rest),
            _ => null,
        };
    }

    // Values are named in the scope around their enum.
    private static string? InEnum(string scope, EnumDescriptorProto type, int[] path) => path switch
    {
        [] => $"{scope}.{type.Name}",
        [Members, var i] => $"{scope}.{type.Name}.{type.Value[i].Name}",
        _ => null,
    };

    private static string Paragraphs(string comment) => string.Join("\n\n", comment.Split("\n\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(p => string.Join('\n', p.Split('\n').Select(l => l.Trim()))));

    [GeneratedRegex(@"\.(\s|$)")]
    private static partial Regex SentenceEnd();
}
