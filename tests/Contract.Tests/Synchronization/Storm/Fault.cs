namespace Contract.Tests.Synchronization.Storm;

/// <summary>What a bad line does to a request.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It takes its time.</summary>
    Delay,

    /// <summary>The connection is cut before anything reaches the server.</summary>
    CutBefore,

    /// <summary>The connection is cut on both sides in the middle of the request's body.</summary>
    CutInRequest,

    /// <summary>The server does its work, and the connection is cut before its answer.</summary>
    CutBeforeAnswer,

    /// <summary>The connection is cut in the middle of the answer.</summary>
    CutInAnswer,

    /// <summary>The server gets a part of the body that looks like all of it.</summary>
    TruncateRequest,

    /// <summary>The client gets a part of the answer that looks like all of it.</summary>
    TruncateAnswer,

    /// <summary>The server gets the request twice, one after the other.</summary>
    Repeat,

    /// <summary>The server gets the request twice at once.</summary>
    Double,

    /// <summary>The server gets the request, and later once more.</summary>
    Echo,

    /// <summary>The connection is cut, and the server gets the request later.</summary>
    Late,

    /// <summary>A server in between answers that it cannot now; the server gets nothing.</summary>
    Refuse,

    /// <summary>The server does its work, and one in between answers that it did not.</summary>
    Deny,

    /// <summary>Somebody else's page comes in place of the answer.</summary>
    Page,
}
