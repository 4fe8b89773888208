namespace Contract.Tests.Crash;

/// <summary>A client that works until the server is killed and writes down what was answered, to hold a later server to it.</summary>
internal interface ILedger
{
    /// <summary>Works until the server is gone.</summary>
    Task WorkAsync(ServerProcess server);

    /// <summary>Checks that all that was answered is there, and of what was not answered all or nothing; takes what it finds as the truth.</summary>
    /// <returns>What was checked, for people.</returns>
    Task<string> CheckAsync(ServerProcess server);
}
