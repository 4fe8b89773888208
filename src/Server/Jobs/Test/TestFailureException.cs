namespace Dhis2Grpc.Server.Jobs.Test;

/// <summary>The failure that a TEST job was told to have.</summary>
internal sealed class TestFailureException(string message) : Exception(message);
