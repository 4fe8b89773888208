using System.Globalization;
using System.Net;
using Dhis2Grpc.Server.Data;

namespace Dhis2Grpc.Server.Synchronization.Push;

/// <summary>Sends pages until each row is accounted for: taken, or refused with a reason. Sending a row twice is harmless, since the
/// receiver's import is an upsert; so whatever is in doubt is sent again.</summary>
internal sealed class PageSender(RemoteServer remote, PushKind kind, Receiver receiver, int attempts, SynchronizationOptions options, TimeProvider time)
{
    // Enough to find some dozens of bad rows in a page of a receiver that does not say which they are.
    private const int MaxRequests = 400;

    // Once is enough for a clock that was set back; the rest is for lines that send requests twice.
    private const int MaxLate = 5;

    // More than a page has halves of halves. Then there is no sound row near, and the receiver itself is what fails.
    private const int MaxFailingInARow = 24;

    /// <summary>Sends a page.</summary>
    /// <exception cref="PushFailedException">It is not accounted for.</exception>
    /// <exception cref="DataSetsWantedException">The receiver wants a body for each data set.</exception>
    public async Task<PageOutcome> SendAsync(PushPage page, CancellationToken cancellationToken)
    {
        var outcome = new PageOutcome(page.Count);
        if (!receiver.ByDataSet || kind.DataSet is null)
        {
            await SendAsync(page, null, null, outcome, cancellationToken);
            return outcome;
        }
        if (!page.HasDataSets)
            throw new DataSetsWantedException();
        foreach (var (dataSet, rows) in page.ByDataSet())
            await SendAsync(page, rows, dataSet, outcome, cancellationToken);
        return outcome;
    }

    private async Task SendAsync(PushPage page, int[]? all, string? dataSet, PageOutcome outcome, CancellationToken cancellationToken)
    {
        var open = new Stack<int[]?>([all]);
        var failing = 0;
        for (var requests = 0; open.TryPop(out var rows); requests++)
        {
            if (requests == MaxRequests)
                throw new PushFailedException($"the remote server refuses {kind.Plural} without saying which; {MaxRequests} requests did not tell them apart");
            ReceivedSummary summary;
            try
            {
                // Of a body that failed, the halves get one attempt: which of them fails is all that they have to tell.
                summary = await PostAsync(page, rows, dataSet, failing == 0 || rows is { Length: 1 } ? attempts : 1, cancellationToken);
            }
            catch (PushFailedException e) when (!e.IsFinal)
            {
                if (++failing > MaxFailingInARow || (failing == 1 && !await TakesAnythingAsync(cancellationToken)))
                    throw;
                if (failing > 1)
                    await Task.Delay(Delay(1, e.RetryAfter), time, cancellationToken);
                foreach (var half in Halves(rows ?? [.. Enumerable.Range(0, page.Count)], new(null, e.Message), outcome))
                    open.Push(half);
                continue;
            }
            failing = failing > 0 ? 1 : 0;
            if (summary.WantsDataSets && !receiver.ByDataSet && kind.DataSet is not null)
                throw new DataSetsWantedException();
            outcome.Add(summary);
            if (summary.IsClean)
                continue;
            rows ??= [.. Enumerable.Range(0, page.Count)];
            foreach (var rest in Unsettled(rows, summary, outcome))
                open.Push(rest);
        }
    }

    /// <summary>Halves of rows, the first of which comes last; a row by itself is refused.</summary>
    private static IEnumerable<int[]> Halves(int[] rows, Refusal reason, PageOutcome outcome)
    {
        if (rows.Length == 1)
        {
            outcome.Refused[rows[0]] = reason;
            yield break;
        }
        yield return rows[(rows.Length / 2)..];
        yield return rows[..(rows.Length / 2)];
    }

    /// <summary>Whether the receiver imports at all, and so fails because of what it was sent: it is sent nothing.</summary>
    private async Task<bool> TakesAnythingAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Of data values, whatever is pushed: DHIS2 fails at an empty list of registrations.
            var reply = await remote.PostAsync(receiver.Account, PushKind.DataValues.Path, Content("{\"dataValues\":[]}"u8.ToArray()), cancellationToken);
            return !IsWorthRetrying(reply.Status) && ReceivedSummary.Read(reply, receiver.Account) is not null;
        }
        catch (RemoteUnreachableException)
        {
            return false;
        }
    }

    /// <summary>Notes the rows that were refused, and gives those that must be sent again.</summary>
    private static IEnumerable<int[]> Unsettled(int[] rows, ReceivedSummary summary, PageOutcome outcome)
    {
        var refused = summary.Refused.Where(r => r.Key >= 0 && r.Key < rows.Length).ToDictionary();
        foreach (var (index, reason) in refused)
            outcome.Refused[rows[index]] = reason;
        if (refused.Count > 0)
        {
            // Of a body that was refused as a whole, what is sound has still to be stored; and reasons without a row may mean any.
            if ((summary.StoredNothing || (summary.Unplaced.Count > 0 && !summary.ListsRefused)) && refused.Count < rows.Length)
                yield return [.. rows.Where((_, i) => !refused.ContainsKey(i))];
        }
        else
        {
            // An old receiver names the object, not the row: halves tell which rows are meant.
            var reason = summary.Unplaced.FirstOrDefault() ?? new(null, $"The remote server answered {summary.Status} without a reason");
            foreach (var half in Halves(rows, reason, outcome))
                yield return half;
        }
    }

    private async Task<ReceivedSummary> PostAsync(PushPage page, int[]? rows, string? dataSet, int tries, CancellationToken cancellationToken)
    {
        var body = rows is null && page.Prepared.Length > 0 && IsGzip(page.Prepared) == receiver.Compress
            ? page.Prepared
            : page.Body(rows, dataSet, receiver.Compress);
        var late = 0;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? wait = null;
            string problem;
            try
            {
                var reply = await remote.PostAsync(receiver.Account, kind.Path, Content(body), cancellationToken);
                if (reply.LastRequest is { } last && ++late <= MaxLate)
                {
                    receiver.GoBeyond(last);
                    attempt--;
                    continue;
                }
                if (!IsWorthRetrying(reply.Status))
                {
                    if (ReceivedSummary.Read(reply, receiver.Account) is { } summary)
                        return summary;
                    if (IsGzip(body) && reply.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnsupportedMediaType)
                    {
                        receiver.Compress = false;
                        body = page.Body(rows, dataSet, compress: false);
                        continue;
                    }
                    throw Refused(reply);
                }
                (problem, wait) = (Describe(reply), reply.RetryAfter);
            }
            catch (RemoteUnreachableException e) when (!e.Refused)
            {
                problem = e.Message;
            }
            catch (RemoteUnreachableException e)
            {
                throw new PushFailedException(e.Message) { IsFinal = true };
            }
            if (attempt >= tries)
                throw new PushFailedException(tries == 1 ? problem : $"{problem}, in {tries} attempts") { RetryAfter = wait };
            await Task.Delay(Delay(attempt, wait), time, cancellationToken);
        }
    }

    private ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new("application/json") } };
        if (IsGzip(body))
            content.Headers.ContentEncoding.Add("gzip");
        if (receiver.Next(time.GetUtcNow()) is { } sender)
        {
            content.Headers.Add(DataSender.SystemHeader, sender.SystemId);
            content.Headers.Add(DataSender.RequestHeader, sender.Request.ToString(CultureInfo.InvariantCulture));
        }
        return content;
    }

    private static bool IsGzip(ReadOnlyMemory<byte> body) => body.Span is [0x1f, 0x8b, ..];

    private static bool IsWorthRetrying(HttpStatusCode status) =>
        (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;

    private PushFailedException Refused(RemoteReply reply) => reply.Status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed =>
            new(Describe(reply)) { IsFinal = true, SaysNothing = !reply.IsJson },
        >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest =>
            new($"the remote server answered {(int)reply.Status} {reply.Phrase}, and redirects are not followed with a login") { IsFinal = true },
        < HttpStatusCode.MultipleChoices => new($"the remote server answered {(int)reply.Status} {reply.Phrase} without an import summary"),
        _ => new(Describe(reply)) { SaysNothing = !reply.IsJson },
    };

    private string Describe(RemoteReply reply)
    {
        var excerpt = reply.Excerpt(receiver.Account);
        return $"the remote server answered {(int)reply.Status} {reply.Phrase}{(excerpt.Length > 0 ? ": " + excerpt : "")}";
    }

    // Doubles with each attempt; half of it is chance, so that many nodes do not come back together.
    private TimeSpan Delay(int attempt, TimeSpan? asked)
    {
        var backoff = options.RetryDelay * Math.Pow(2, Math.Min(attempt - 1, 20)) * (0.5 + (Random.Shared.NextDouble() / 2));
        var delay = asked > backoff ? asked.Value : backoff;
        return delay < options.MaxRetryDelay ? delay : options.MaxRetryDelay;
    }
}

/// <summary>A page is not accounted for. The message says why, without the login.</summary>
internal sealed class PushFailedException(string message) : Exception(message)
{
    /// <summary>Other pages would fare no better.</summary>
    public bool IsFinal { get; init; }

    /// <summary>How long the receiver asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The receiver refused it without a word that a program could read.</summary>
    public bool SaysNothing { get; init; }
}

/// <summary>The receiver wants a body for each data set.</summary>
internal sealed class DataSetsWantedException() : Exception("The receiver wants a body for each data set.");
