namespace Dhis2Grpc.Client.CommandLine;

/// <summary>Exit codes of the command line, for scripts.</summary>
internal static class ExitCode
{
    /// <summary>It worked.</summary>
    public const int Ok = 0;

    /// <summary>The server refused, or the run that was waited for failed or was cancelled.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a given document is wrong.</summary>
    public const int Usage = 2;

    /// <summary>What was named does not exist.</summary>
    public const int NotFound = 3;

    /// <summary>The server does not answer.</summary>
    public const int Unreachable = 4;

    /// <summary>The login is missing or wrong, or its authorities do not suffice.</summary>
    public const int Forbidden = 5;

    /// <summary>Ended by Ctrl-C or a signal.</summary>
    public const int Interrupted = 130;

    /// <summary>The list, as help shows it.</summary>
    public const string Help =
        "0 ok, 1 refused or the run failed, 2 wrong usage, 3 not found, 4 server not reached, 5 login wrong or not allowed, 130 interrupted";
}
