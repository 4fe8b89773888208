using System.Text.Json;
using Dhis2.Common.V1;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>The receiver's import summary, bare or in an envelope.</summary>
internal sealed class ReceivedSummary
{
    private const int MaxText = 500;

    // A body of several data sets, or of none, where it must be of one.
    private static readonly HashSet<string> AsksForDataSet = ["E8002", "E8003"];

    /// <summary>SUCCESS, WARNING or ERROR.</summary>
    public required string Status { get; init; }

    /// <summary>What became of the rows.</summary>
    public required ImportCount Count { get; init; }

    /// <summary>Refused rows by their position, with the reason.</summary>
    public Dictionary<int, Refusal> Refused { get; } = [];

    /// <summary>Reasons that name no position.</summary>
    public List<Refusal> Unplaced { get; } = [];

    /// <summary>It lists the positions of all refused rows.</summary>
    public bool ListsRefused { get; private set; }

    /// <summary>All went well.</summary>
    public bool IsClean => Status is "SUCCESS" or "OK" && Refused.Count == 0 && Unplaced.Count == 0;

    /// <summary>Nothing was stored.</summary>
    public bool StoredNothing => Status == "ERROR";

    /// <summary>The receiver wants a body for each data set.</summary>
    public bool WantsDataSets => StoredNothing && Refused.Values.Concat(Unplaced).Any(r => r.Code is not null && AsksForDataSet.Contains(r.Code));

    /// <summary>Reads a reply; null when it holds no summary.</summary>
    public static ReceivedSummary? Read(RemoteReply reply, RemoteAccount account)
    {
        try
        {
            using var document = JsonDocument.Parse(reply.Body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return null;
            var wrapped = root.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.Object;
            if (wrapped && IsSummary(response))
                return Read(response, account);
            if (IsSummary(root) && !wrapped)
                return Read(root, account);
            // From 2.43 on a refusal of the whole body may come without a summary.
            return Text(root, "errorCode") is { } code && AsksForDataSet.Contains(code)
                ? new ReceivedSummary { Status = "ERROR", Count = new(), Unplaced = { new(code, Clean(account, Text(root, "message") ?? code)) } }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsSummary(JsonElement e) =>
        Text(e, "status") is "SUCCESS" or "WARNING" or "ERROR" or "OK"
        && (e.TryGetProperty("importCount", out _) || Text(e, "responseType") == "ImportSummary");

    private static ReceivedSummary Read(JsonElement e, RemoteAccount account)
    {
        var count = e.TryGetProperty("importCount", out var c) && c.ValueKind == JsonValueKind.Object ? c : default;
        var summary = new ReceivedSummary
        {
            Status = Text(e, "status")!,
            Count = new ImportCount
            {
                Imported = Number(count, "imported"),
                Updated = Number(count, "updated"),
                Ignored = Number(count, "ignored"),
                Deleted = Number(count, "deleted"),
            },
        };
        foreach (var conflict in Array(e, "conflicts"))
        {
            if (conflict.ValueKind == JsonValueKind.Object)
                summary.Add(conflict, account);
        }
        var any = summary.Refused.Values.Concat(summary.Unplaced).FirstOrDefault();
        foreach (var index in Array(e, "rejectedIndexes"))
        {
            if (!TryIndex(index, out var i))
                continue;
            summary.ListsRefused = true;
            summary.Refused.TryAdd(i, any ?? new(null, "The remote server refused it without a reason"));
        }
        return summary;
    }

    private void Add(JsonElement conflict, RemoteAccount account)
    {
        var text = Text(conflict, "value") ?? "The remote server refused it without a reason";
        if (Text(conflict, "object") is { Length: > 0 } about && !text.Contains(about, StringComparison.Ordinal))
            text = $"{text}: {about}";
        var refusal = new Refusal(Text(conflict, "errorCode") is { } code ? Clean(account, code) : null, Clean(account, text));
        var placed = false;
        foreach (var index in Array(conflict, "indexes"))
        {
            if (!TryIndex(index, out var i))
                continue;
            placed = true;
            Refused.TryAdd(i, refusal);
        }
        if (!placed)
            Unplaced.Add(refusal);
    }

    private static string Clean(RemoteAccount account, string text)
    {
        var clean = account.Clean(text);
        return clean.Length <= MaxText ? clean : string.Concat(clean.AsSpan(0, MaxText), "...");
    }

    private static JsonElement.ArrayEnumerator Array(JsonElement e, string name) =>
        e.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array ? array.EnumerateArray() : default;

    private static bool TryIndex(JsonElement e, out int index)
    {
        index = -1;
        // -1 stands for the whole document.
        return e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out index) && index >= 0;
    }

    private static string? Text(JsonElement e, string name) =>
        e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement e, string name) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var n) ? n : 0;
}

/// <summary>Why the receiver refused a row.</summary>
/// <param name="Code">DHIS2's error code.</param>
/// <param name="Message">The reason in words.</param>
internal sealed record Refusal(string? Code, string Message);
